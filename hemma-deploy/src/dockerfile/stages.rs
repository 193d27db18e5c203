//! The stages of a Dockerfile, and what those of them need that are built.

use std::collections::{BTreeMap, HashMap};

use super::lines::{Dockerfile, Instruction};
use super::platform;
use super::reference::{familiar, is_image};
use super::words::{Unknown, Variables, expanded, split};

/// The program that builds an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builder {
    /// BuildKit: builds the stages that the target is made from.
    BuildKit,
    /// The builder of before: builds each stage up to the target.
    Classic,
}

/// What is to be built from a Dockerfile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'w> {
    /// The build arguments. One that is given and whose value is not known is `None`.
    pub(crate) arguments: &'w BTreeMap<String, Option<String>>,
    /// The stage, unless it is the last one.
    pub(crate) target: Option<&'w str>,
    /// The additional build contexts by name, with the image that one stands for, if any.
    pub(crate) contexts: &'w BTreeMap<String, Option<String>>,
    /// The processor in Docker's word, if it is known.
    pub(crate) processor: Option<&'w str>,
    /// The builder.
    pub(crate) builder: Builder,
}

/// The requirements of one Dockerfile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Images, each with its line.
    pub(crate) images: Vec<(usize, String)>,
    /// The first instruction that the classic builder does not know, with its line.
    pub(crate) buildkit: Option<(usize, String)>,
    /// What is not known, with its line.
    pub(crate) unknown: Vec<(usize, String)>,
}

impl Needs {
    /// Reads a Dockerfile for one build of it.
    pub(crate) fn read(text: &str, wanted: Wanted<'_>) -> Self {
        let file = Dockerfile::read(text);
        let stages = Stages::of(&file, wanted);
        let mut needs = Self { unknown: file.flaws.clone(), ..Self::default() };
        let Some(target) = stages.target(wanted.target) else {
            let name = wanted.target.unwrap_or_default();
            needs.unknown.push((1, format!("no stage is called `{name}`, which is to be built")));
            return needs;
        };
        let built = match wanted.builder {
            Builder::BuildKit => stages.reached_from(target),
            Builder::Classic => (0..stages.all.len()).map(|it| it <= target).collect(),
        };
        for (stage, _) in stages.all.iter().zip(built).filter(|it| it.1) {
            for it in &stage.sources {
                match &it.source {
                    Source::Image(image) => needs.images.push((it.line, image.clone())),
                    Source::Unknown(why) => needs.unknown.push((it.line, why.clone())),
                    Source::Stage(_) | Source::Nothing => {}
                }
            }
            let modern = || stage.modern.clone();
            needs.buildkit = needs.buildkit.or_else(modern);
        }
        needs.unknown.sort();
        needs
    }
}

/// A stage, and what its instructions take from elsewhere.
#[derive(Debug, Default)]
pub(super) struct Stage {
    pub(super) sources: Vec<Placed>,
    modern: Option<(usize, String)>,
}

#[derive(Debug)]
pub(super) struct Placed {
    line: usize,
    pub(super) source: Source,
}

/// What an instruction takes files from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    Stage(usize),
    Image(String),
    /// The build context, another directory, or `scratch`.
    Nothing,
    Unknown(String),
}

pub(super) struct Stages {
    pub(super) all: Vec<Stage>,
    names: HashMap<String, usize>,
}

impl Stages {
    pub(super) fn of(file: &Dockerfile, wanted: Wanted<'_>) -> Self {
        let mut reading = Reading {
            stages: Self { all: Vec::new(), names: HashMap::new() },
            variables: platform::variables(wanted.processor),
            wanted,
            escape: file.escape,
        };
        // COPY may name a later stage, although no build of it succeeds.
        for it in &file.instructions {
            reading.instruction(it);
        }
        reading.stages
    }

    /// The stage that is built: by its name, or the last one.
    pub(super) fn target(&self, name: Option<&str>) -> Option<usize> {
        let last = self.all.len().checked_sub(1)?;
        let Some(name) = name else { return Some(last) };
        let numbered = || name.parse().ok().filter(|it| *it <= last);
        self.names.get(&name.to_ascii_lowercase()).copied().or_else(numbered)
    }

    /// Which stages a stage is made from, itself among them.
    pub(super) fn reached_from(&self, target: usize) -> Vec<bool> {
        let (mut reached, mut left) = (vec![false; self.all.len()], vec![target]);
        while let Some(at) = left.pop() {
            if std::mem::replace(&mut reached[at], true) {
                continue;
            }
            let stages = self.all[at].sources.iter().filter_map(|it| match it.source {
                Source::Stage(at) => Some(at),
                _ => None,
            });
            left.extend(stages);
        }
        reached
    }
}

struct Reading<'w> {
    stages: Stages,
    variables: Variables,
    wanted: Wanted<'w>,
    escape: char,
}

impl Reading<'_> {
    fn instruction(&mut self, it: &Instruction) {
        match it.keyword.as_str() {
            "ARG" if self.stages.all.is_empty() => self.declare(&it.arguments),
            "FROM" => self.begin(it),
            "COPY" => {
                let from = it.option("from").filter(|it| !it.is_empty());
                let source = from.map(|from| self.named(from, true, "COPY --from"));
                self.take(it.line, source);
            }
            "RUN" => {
                let mounts = it.options.iter().filter(|it| it.0 == "mount");
                let from = mounts.filter_map(|it| from_of_mount(&it.1));
                let sources: Vec<_> =
                    from.map(|from| self.named(&from, false, "RUN --mount from")).collect();
                for source in sources {
                    self.take(it.line, Some(source));
                }
            }
            _ => {}
        }
        let platform = it.option("platform").unwrap_or_default();
        let modern = modern(it, platform);
        if let Some(stage) = self.stages.all.last_mut()
            && stage.modern.is_none()
        {
            stage.modern = modern.map(|what| (it.line, what));
        }
    }

    fn take(&mut self, line: usize, source: Option<Source>) {
        if let (Some(stage), Some(source)) = (self.stages.all.last_mut(), source) {
            stage.sources.push(Placed { line, source });
        }
    }

    /// Declares `ARG A=x B="y"`: the compose file's value overrides the default.
    fn declare(&mut self, text: &str) {
        for word in super::words::split_raw(text, self.escape) {
            let (name, default) =
                word.split_once('=').map_or((word.as_str(), None), |it| (it.0, Some(it.1)));
            let value = match (self.wanted.arguments.get(name), default) {
                (Some(given), _) => given.clone(),
                (None, Some(default)) => expanded(default, &self.variables, self.escape).ok(),
                (None, None) => continue,
            };
            self.variables.insert(name.to_owned(), value);
        }
    }

    fn begin(&mut self, it: &Instruction) {
        let words = split(&it.arguments, self.escape);
        let raw = super::words::split_raw(&it.arguments, self.escape);
        let (at, name) = (self.stages.all.len(), words.get(2).map(|it| it.to_ascii_lowercase()));
        let replaced = name.as_deref().and_then(|it| self.context(it));
        let base = raw.first().map(String::as_str).unwrap_or_default();
        let source = replaced.unwrap_or_else(|| {
            let written = format!("FROM {base}");
            match expanded(base, &self.variables, self.escape) {
                Ok(image) if image == "scratch" => Source::Nothing,
                Ok(image) => match self.stages.names.get(&image.to_ascii_lowercase()) {
                    Some(at) => Source::Stage(*at),
                    None => self.image(&image, &written),
                },
                Err(unknown) => Source::Unknown(why(&written, &unknown)),
            }
        });
        self.stages.all.push(Stage::default());
        self.take(it.line, Some(source));
        self.stages.names.extend(name.map(|it| (it, at)));
    }

    /// A stage or an image by the name that an instruction has for it. Only `FROM` has variables.
    fn named(&self, name: &str, may_be_number: bool, instruction: &str) -> Source {
        let number = name.parse::<usize>().ok().filter(|_| may_be_number);
        if let Some(at) = number {
            let is_there = at < self.stages.all.len();
            return if is_there { Source::Stage(at) } else { Source::Nothing };
        }
        if let Some(at) = self.stages.names.get(&name.to_ascii_lowercase()) {
            return Source::Stage(*at);
        }
        let written = format!("{instruction}={name}");
        if name.contains('$') {
            return Source::Unknown(format!("`{written}` holds a variable"));
        }
        self.image(name, &written)
    }

    fn image(&self, image: &str, written: &str) -> Source {
        self.context(image).unwrap_or_else(|| {
            if is_image(image) {
                Source::Image(image.to_owned())
            } else {
                Source::Unknown(format!("`{written}` gives no name of an image"))
            }
        })
    }

    /// An additional build context of this name.
    fn context(&self, name: &str) -> Option<Source> {
        let contexts = self.wanted.contexts;
        let found = contexts.get(name).or_else(|| contexts.get(familiar(name)))?;
        Some(found.clone().map_or(Source::Nothing, Source::Image))
    }
}

fn why(written: &str, unknown: &Unknown) -> String {
    match unknown {
        Unknown::Variable(name) => format!("`{written}`: the value of `{name}` is not known"),
        Unknown::Required(name) => format!("`{written}`: the required `{name}` has no value"),
        Unknown::Form => format!("`{written}` is written in a form that hemma cannot read"),
    }
}

/// The value of `from` in `type=bind,from=NAME,target=/x`.
fn from_of_mount(mount: &str) -> Option<String> {
    let parts = mount.split(',').filter_map(|it| it.trim_matches('"').split_once('='));
    let from = parts.into_iter().find(|it| it.0.trim().eq_ignore_ascii_case("from"))?;
    Some(from.1.to_owned()).filter(|it| !it.is_empty())
}

/// The option that the classic builder does not know.
fn modern(it: &Instruction, platform: &str) -> Option<String> {
    let known: &[&str] = match it.keyword.as_str() {
        "FROM" => {
            // The platforms of the build are variables that only BuildKit sets.
            let own = platform.contains("BUILDPLATFORM") || platform.contains("TARGETPLATFORM");
            return own.then(|| format!("FROM --platform={platform}"));
        }
        "RUN" => &[],
        "COPY" => &["from", "chown"],
        "ADD" => &["chown"],
        _ => return None,
    };
    let option = it.options.iter().find(|it| !known.contains(&it.0.as_str()));
    let option = option.map(|option| format!("{} --{}", it.keyword, option.0));
    option.or_else(|| it.has_here_document.then(|| format!("{} with a here-document", it.keyword)))
}
