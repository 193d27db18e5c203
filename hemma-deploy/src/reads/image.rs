//! An image as its Dockerfile makes it: where its files come from, and what it runs.

use std::collections::BTreeMap;

use hemma_docker::compose::Spot;

use super::copy::{Copy, Origin, mounted_file};
use super::repository::{Repository, join, plain};
use super::shell::{self, Segment};
use crate::dockerfile::{Recipe, Variables, expanded, json, split_raw};

/// One image, or one stage of a build.
#[derive(Debug, Default)]
pub(super) struct Image {
    /// The image that it begins from and that nothing in the repository builds.
    pub(super) base: Option<String>,
    pub(super) directory: String,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    pub(super) check: Option<Vec<String>>,
    pub(super) runs: Vec<Run>,
    copies: Vec<Copy>,
    /// Whether a part of its recipe could not be read.
    pub(super) is_doubtful: bool,
}

/// Where the recipe of an image is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The Dockerfile.
    pub(super) path: &'p str,
    /// The directory of the context.
    pub(super) context: &'p str,
    /// The image that it makes, where no service builds it.
    pub(super) base: Option<&'p str>,
}

/// A command of the build.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) spot: Spot,
    pub(super) segments: Vec<Segment>,
    pub(super) text: String,
    /// The working directory.
    pub(super) directory: String,
    /// How many of the copies come before it.
    copies: usize,
    /// The lock files that are mounted for it, by their paths in the tree.
    pub(super) mounted: Vec<String>,
    /// The image that it is a part of, where no service builds it.
    pub(super) of_base: Option<String>,
}

impl Image {
    pub(super) fn from_base(base: Option<String>) -> Self {
        Self { base, ..Self::default() }
    }

    /// Adds the instructions of a stage. `context` is the directory in the repository.
    pub(super) fn extend(
        &mut self,
        recipe: &Recipe,
        Place { path, context, base }: Place<'_>,
        repository: &Repository,
    ) {
        self.is_doubtful |= recipe.has_flaws;
        let mut variables: Variables =
            self.variables.iter().map(|(name, it)| (name.clone(), Some(it.clone()))).collect();
        for it in &recipe.instructions {
            let spot = Spot { file: path.to_owned(), line: it.line };
            let fill = |text: &str| expanded(text, &variables, recipe.escape).ok();
            match it.keyword.as_str() {
                "WORKDIR" => match fill(&it.arguments) {
                    Some(to) => self.directory = join(&self.directory, &to),
                    None => self.is_doubtful = true,
                },
                "ENV" | "ARG" => {
                    let filled = |(name, value): (String, Option<String>)| {
                        (name, value.and_then(|it| fill(&it)))
                    };
                    let pairs: Vec<_> =
                        assignments(&it.arguments, recipe.escape).into_iter().map(filled).collect();
                    for (name, value) in pairs {
                        if it.keyword == "ENV" {
                            self.variables.insert(name.clone(), value.clone().unwrap_or_default());
                        }
                        variables.insert(name, value);
                    }
                }
                "COPY" | "ADD" => {
                    let copy = Copy::read(
                        it,
                        (context, &self.directory),
                        recipe.escape,
                        &fill,
                        repository,
                    );
                    self.copies.extend(copy);
                }
                "RUN" => {
                    let text =
                        json(&it.arguments).map_or_else(|| it.arguments.clone(), |it| it.join(" "));
                    let segments = shell::segments(&text);
                    let mounted = it.options.iter().filter(|it| it.0 == "mount");
                    let mounted = mounted.filter_map(|it| mounted_file(&it.1, context)).collect();
                    let (directory, copies) = (self.directory.clone(), self.copies.len());
                    let of_base = base.map(str::to_owned);
                    self.is_doubtful |= it.has_here_document;
                    self.runs.push(Run {
                        spot,
                        segments,
                        text,
                        directory,
                        copies,
                        mounted,
                        of_base,
                    });
                }
                "ENTRYPOINT" => {
                    self.entrypoint = Some(words(&it.arguments));
                    self.command = None;
                }
                "CMD" => self.command = Some(words(&it.arguments)),
                "HEALTHCHECK" => self.check = Some(check(&it.arguments)),
                "ONBUILD" => self.is_doubtful = true,
                _ => {}
            }
        }
    }

    /// Whether a program may be copied into it.
    pub(super) fn may_bring(&self, program: &str) -> bool {
        self.copies.iter().any(|it| it.may_bring(program))
    }

    /// The files and directories of the repository that it has.
    pub(super) fn brought(&self) -> impl Iterator<Item = &str> {
        self.copies
            .iter()
            .filter(|it| !it.is_foreign)
            .flat_map(|it| it.sources.iter().map(String::as_str))
    }

    /// Where a file comes from once the image is made.
    pub(super) fn origin(&self, path: &str, repository: &Repository) -> Origin {
        self.origin_after(path, (self.copies.len(), self.runs.len()), repository)
    }

    /// Where a file comes from when the run at `at` begins.
    pub(super) fn origin_before(&self, path: &str, at: usize, repository: &Repository) -> Origin {
        let copies = self.runs.get(at).map_or(self.copies.len(), |it| it.copies);
        self.origin_after(path, (copies, at), repository)
    }

    fn origin_after(
        &self,
        path: &str,
        (copies, runs): (usize, usize),
        repository: &Repository,
    ) -> Origin {
        let path = plain(path);
        let origin = self.copies[..copies].iter().rev().find_map(|it| it.brings(&path, repository));
        let is_known = || {
            let harmless =
                self.runs[..runs].iter().all(|it| it.segments.iter().all(Segment::makes_no_file));
            let bare = self.base.as_deref().is_some_and(is_bare);
            !self.is_doubtful && repository.is_whole && bare && harmless
        };
        match origin {
            Some(origin) => origin,
            None if is_known() => Origin::Missing,
            None => Origin::Unknown,
        }
    }
}

/// The words of `ENTRYPOINT` and `CMD`.
fn words(arguments: &str) -> Vec<String> {
    let shell = || ["sh", "-c", arguments].map(str::to_owned).to_vec();
    json(arguments).unwrap_or_else(shell)
}

/// The words of `HEALTHCHECK`, as Compose has them.
fn check(arguments: &str) -> Vec<String> {
    let Some(rest) = arguments.trim().strip_prefix("CMD") else { return Vec::new() };
    match json(rest) {
        Some(words) => std::iter::once("CMD".to_owned()).chain(words).collect(),
        None => vec!["CMD-SHELL".to_owned(), rest.trim().to_owned()],
    }
}

/// The names and values of `ENV A=b C="d e"`, `ENV A b` and `ARG A`.
fn assignments(text: &str, escape: char) -> Vec<(String, Option<String>)> {
    let words = split_raw(text, escape);
    match &words[..] {
        [name, rest @ ..] if !name.contains('=') => {
            let value = (!rest.is_empty()).then(|| rest.join(" "));
            vec![(name.clone(), value)]
        }
        words => {
            let pair = |it: &String| {
                let (name, value) = it.split_once('=')?;
                Some((name.to_owned(), Some(value.to_owned())))
            };
            words.iter().filter_map(pair).collect()
        }
    }
}

/// The images of languages and distributions, which have no files of an application.
const BARE: [&str; 20] = [
    "scratch",
    "python",
    "node",
    "ruby",
    "php",
    "golang",
    "rust",
    "debian",
    "ubuntu",
    "alpine",
    "busybox",
    "eclipse-temurin",
    "openjdk",
    "perl",
    "elixir",
    "buildpack-deps",
    "fedora",
    "rockylinux",
    "almalinux",
    "denoland/deno",
];

/// Whether an image has no files of an application.
pub(super) fn is_bare(image: &str) -> bool {
    let name = name_of(image);
    BARE.contains(&name)
        || name.starts_with("gcr.io/distroless/")
        || name.starts_with("mcr.microsoft.com/dotnet/")
}

/// The name of an image without Docker's own registry, tag and digest.
pub(super) fn name_of(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let image = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    };
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    image.strip_prefix("library/").unwrap_or(image)
}
