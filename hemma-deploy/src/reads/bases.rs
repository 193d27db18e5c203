//! The commands in a repository that build images.

use std::collections::BTreeMap;

use hemma_docker::compose::Spot;

use super::image::name_of;
use super::notice::{Notice, Noticed};
use super::repository::{Repository, ends, join};
use super::shell::{Segment, segments};
use crate::dockerfile::{Variables, expanded, split_raw};

/// The programs that build images.
const PROGRAMS: [&str; 4] = ["docker", "podman", "nerdctl", "buildah"];

/// Options of a build without a value.
const FLAGS: [&str; 8] =
    ["--no-cache", "--pull", "--push", "--load", "--quiet", "-q", "--rm", "--force-rm"];

/// A command that builds images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BuildLine {
    pub(super) tags: Vec<String>,
    /// The Dockerfile, by its path in the repository.
    pub(super) file: String,
    pub(super) context: String,
    target: Option<String>,
    pub(super) spot: Spot,
}

impl BuildLine {
    /// The command, for one of its images.
    fn command(&self, image: &str) -> String {
        let context = if self.context.is_empty() { "." } else { &self.context };
        let usual = join(&self.context, "Dockerfile") == self.file;
        let file = if usual { String::new() } else { format!("-f {} ", self.file) };
        let target = self.target.as_ref().map(|it| format!("--target {it} ")).unwrap_or_default();
        format!("docker build {file}{target}-t {image} {context}")
    }
}

/// The commands of scripts and texts that build images.
pub(super) fn build_lines(repository: &Repository) -> Vec<BuildLine> {
    let scripts = repository.texts.iter().filter(|it| ends(it.0, "sh"));
    let mut found: Vec<BuildLine> =
        scripts.flat_map(|(file, text)| of_script(file, text, repository)).collect();
    let others = repository.lines.iter().filter(|it| !ends(&it.file, "sh"));
    let nothing = Variables::new();
    found.extend(others.filter_map(|it| read(&it.text, &nothing, it.spot(), repository)));
    found
}

fn of_script(file: &str, text: &str, repository: &Repository) -> Vec<BuildLine> {
    let (mut found, mut variables) = (Vec::new(), Variables::new());
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let mut logical = line.to_owned();
        while logical.ends_with('\\')
            && let Some((_, more)) = lines.next()
        {
            logical.pop();
            logical.push_str(more.trim_start());
        }
        let assigned = logical.trim().trim_start_matches("export ").split_once('=');
        if let Some((name, value)) = assigned.filter(|it| is_name(it.0)) {
            let value = expanded(value, &variables, '\\').ok();
            variables.insert(name.to_owned(), value);
        }
        let spot = Spot { file: file.to_owned(), line: at + 1 };
        found.extend(read(&logical, &variables, spot, repository));
    }
    found
}

fn is_name(it: &str) -> bool {
    !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

fn read(
    line: &str,
    variables: &Variables,
    spot: Spot,
    repository: &Repository,
) -> Option<BuildLine> {
    let at = PROGRAMS.iter().find_map(|it| line.find(&format!("{it} ")))?;
    if line.trim_start().starts_with('#') {
        return None;
    }
    let end = line[at..].find(['`', '\'']).map_or(line.len(), |it| at + it);
    let known = split_raw(&line[at..end], '\\');
    let known: Vec<String> = known
        .iter()
        .map(|it| expanded(it, variables, '\\').unwrap_or_else(|_| it.clone()))
        .collect();
    let segment = segments(&known.join(" ")).into_iter().next()?;
    of_words(&segment, spot, repository)
}

fn of_words(segment: &Segment, spot: Spot, repository: &Repository) -> Option<BuildLine> {
    let at = segment.words.iter().position(|it| it == "build" || it == "bud")?;
    if at > 2 || segment.words.iter().take(at).any(|it| it.contains("compose")) {
        return None;
    }
    let tags = segment.values(&["-t", "--tag"]);
    let (mut context, mut words) = (None, segment.words[at + 1..].iter());
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            context = Some(word.clone());
        } else if !word.contains('=') && !FLAGS.contains(&word.as_str()) {
            words.next();
        }
    }
    let context = join("", &context.filter(|it| it != "-")?);
    let file = segment.values(&["-f", "--file"]).into_iter().next();
    let file = file.map_or_else(|| join(&context, "Dockerfile"), |it| join("", &it));
    let target = segment.values(&["--target"]).into_iter().next();
    let is_there = !tags.is_empty() && repository.has_file(&file);
    is_there.then_some(BuildLine { tags, file, context, target, spot })
}

/// The command that builds an image: one that the repository has, or a guess from the name of a
/// Dockerfile.
pub(super) fn builder<'l>(
    image: &str,
    lines: &'l [BuildLine],
    repository: &Repository,
) -> Option<(std::borrow::Cow<'l, BuildLine>, bool)> {
    let builds = |it: &&BuildLine| it.tags.iter().any(|it| is_same(it, image));
    // A script counts before a text, and a text in the open before others.
    if let Some(line) = lines.iter().find(builds) {
        return Some((std::borrow::Cow::Borrowed(line), false));
    }
    let word = name_of(image).rsplit('/').next().unwrap_or_default();
    let file = repository.files().find(|it| meant(it).is_some_and(|it| is_part(word, &it)))?;
    let directory = file.rsplit_once('/').map_or("", |it| it.0);
    let context = if file.ends_with("/Dockerfile") { directory } else { "" };
    let line = BuildLine {
        tags: vec![image.to_owned()],
        file: file.to_owned(),
        context: context.to_owned(),
        target: None,
        spot: Spot { file: file.to_owned(), line: 1 },
    };
    Some((std::borrow::Cow::Owned(line), true))
}

/// The word that a Dockerfile is called by: `Dockerfile.deps`, `deps.Dockerfile`, `deps/Dockerfile`.
fn meant(path: &str) -> Option<String> {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_lowercase();
    let word = match lower.as_str() {
        "dockerfile" => directory.rsplit('/').next()?.to_lowercase(),
        name => name
            .strip_prefix("dockerfile.")
            .or_else(|| name.strip_prefix("dockerfile-"))
            .or_else(|| name.strip_suffix(".dockerfile"))?
            .to_owned(),
    };
    (!word.is_empty()).then_some(word)
}

fn is_part(name: &str, word: &str) -> bool {
    let rest = name.strip_suffix(word);
    rest.is_some_and(|it| it.is_empty() || it.ends_with(['-', '_']))
}

fn is_same(one: &str, other: &str) -> bool {
    let tagged = |it: &str| {
        let has_tag = it.rsplit_once(':').is_some_and(|it| !it.1.contains('/'));
        if has_tag { it.to_owned() } else { format!("{it}:latest") }
    };
    tagged(one) == tagged(other)
}

/// The images that Dockerfiles begin from and that the repository builds. `others` are the images
/// of services that are not deployed, and their names.
pub(super) fn notices<'b>(
    bases: impl Iterator<Item = &'b (Spot, String)>,
    others: &BTreeMap<String, String>,
    (lines, repository): (&[BuildLine], &Repository),
) -> Vec<Noticed> {
    let mut images: Vec<&String> =
        bases.map(|it| &it.1).filter(|it| !super::image::is_bare(it)).collect();
    images.sort();
    images.dedup();
    let notice = |image: &String| {
        if let Some((_, service)) = others.iter().find(|it| is_same(it.0, image)) {
            let notice = Notice::BaseOfService { image: image.clone(), service: service.clone() };
            return Some(Noticed::new(notice, repository.compose_spot(service, "build")));
        }
        let (line, guessed) = builder(image, lines, repository)?;
        let notice =
            Notice::BaseBuiltHere { image: image.clone(), command: line.command(image), guessed };
        Some(Noticed::new(notice, [line.spot.clone()]))
    };
    images.into_iter().filter_map(notice).collect()
}
