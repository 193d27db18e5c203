//! What `COPY` and `ADD` bring into an image.

use super::repository::{Repository, below, join};
use crate::dockerfile::{Instruction, json, split};

/// One `COPY` or `ADD`.
#[derive(Debug)]
pub(super) struct Copy {
    /// The sources, by their paths in the tree.
    pub(super) sources: Vec<String>,
    to: String,
    to_directory: bool,
    /// Whether the files come from elsewhere, or from where it is not known.
    pub(super) is_foreign: bool,
}

/// Where a file of an image comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From this file of the repository.
    File(String),
    /// The image does not have it.
    Missing,
    /// It may be made by the build, or come with the base.
    Unknown,
}

impl Copy {
    pub(super) fn read(
        it: &Instruction,
        (context, directory): (&str, &str),
        escape: char,
        fill: &dyn Fn(&str) -> Option<String>,
        repository: &Repository,
    ) -> Option<Self> {
        let mut all = json(&it.arguments).unwrap_or_else(|| split(&it.arguments, escape));
        let target = all.pop()?;
        let target = fill(&target)?;
        let written: Vec<Option<String>> = all.iter().map(|it| fill(it)).collect();
        let elsewhere = |it: &Option<String>| {
            it.as_deref().is_none_or(|it| {
                let archive =
                    [".tar", ".tgz", ".gz", ".xz", ".bz2"].iter().any(|end| it.ends_with(end));
                it.contains("://") || it.starts_with("git@") || archive
            })
        };
        let options =
            it.options.iter().any(|it| ["from", "parents", "exclude"].contains(&it.0.as_str()));
        let is_foreign = options || it.has_here_document || written.iter().any(elsewhere);
        let has_pattern = written.iter().flatten().any(|it| it.contains(['*', '?']));
        let to_directory = target.ends_with('/')
            || ["", ".", "./"].contains(&target.as_str())
            || written.len() > 1
            || has_pattern;
        let sources = written.into_iter().flatten().flat_map(|it| {
            let path = join(context, it.trim_start_matches('/'));
            if it.contains(['*', '?']) { repository.matching(&path) } else { vec![path] }
        });
        let sources = sources.collect();
        Some(Self { sources, to: join(directory, &target), to_directory, is_foreign })
    }

    /// Where the file at `path` comes from, as far as this copy decides it.
    pub(super) fn brings(&self, path: &str, repository: &Repository) -> Option<Origin> {
        let rest = below(path, &self.to)?;
        if self.is_foreign {
            return Some(Origin::Unknown);
        }
        let of = |source: &String| {
            if repository.has_file(source) {
                let name = source.rsplit('/').next().unwrap_or(source);
                let fits = rest == name || (rest.is_empty() && !self.to_directory);
                return fits.then(|| Origin::File(source.clone()));
            }
            if repository.has_directory(source) {
                let file = join(source, rest);
                return repository.has_file(&file).then_some(Origin::File(file));
            }
            // The build makes it, or fails.
            Some(Origin::Unknown)
        };
        self.sources.iter().find_map(of)
    }

    /// Whether it may bring a program.
    pub(super) fn may_bring(&self, program: &str) -> bool {
        let is_named = self.sources.iter().any(|it| it.rsplit('/').next() == Some(program));
        let to_programs = self.to.contains("bin") || self.to.is_empty() || self.to == "usr";
        is_named || (self.is_foreign && to_programs)
    }
}

/// The source of `type=bind,source=uv.lock,target=uv.lock`, by its path in the tree.
pub(super) fn mounted_file(mount: &str, context: &str) -> Option<String> {
    let parts: Vec<_> = mount.split(',').filter_map(|it| it.split_once('=')).collect();
    let has = |name: &str| parts.iter().find(|it| it.0 == name).map(|it| it.1);
    if has("type") != Some("bind") || has("from").is_some() {
        return None;
    }
    has("source").or_else(|| has("src")).map(|it| join(context, it))
}
