//! What the files of a repository say about a deploy of it.
//!
//! A look brings the paths of the tree, the small files that say how images are made, and the lines
//! of sources that read variables, sign tokens or apply migrations. Each judge is a pure function
//! over them. A judge that is not sure keeps silent: what the base image has, what a script of the
//! build makes, and what a framework does by itself is not known here.

mod argv;
mod bases;
mod copy;
mod image;
mod lock_files;
mod locks;
mod migrations;
mod notice;
mod platforms;
mod project;
mod repository;
mod scene;
mod script;
mod secrets;
mod shell;
mod start;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tools;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use hemma_docker::compose::{BuildSpec, Model, Spot};
use serde_json::Value;

use bases::build_lines;
pub use notice::{Notice, Noticed};
use project::Service;
use repository::Repository;
use scene::Workshop;
pub(crate) use script::READ_TREE;

/// What is asked of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The services that are deployed, each with its build if it is one of this repository's.
    pub(crate) services: BTreeMap<String, Option<BuildSpec>>,
    /// The names of their variables.
    pub(crate) names: BTreeSet<String>,
}

/// What the host brought of a repository.
#[derive(Debug)]
pub(crate) struct Brought<'b> {
    repository: Repository,
    services: Vec<Service>,
    /// The images of the services that are not deployed, and their names.
    others: BTreeMap<String, String>,
    processor: Option<&'b str>,
}

impl Asked {
    /// What is asked about the services of a project; `None` where nothing is built from this
    /// repository and nothing names a platform.
    pub(crate) fn of(model: &Model) -> Option<Self> {
        let deployed = || model.services.iter().filter(|it| it.1.replicas > 0);
        let is_ours = |it: &&BuildSpec| !it.context.starts_with('/') && !it.context.contains("://");
        let services: BTreeMap<String, Option<BuildSpec>> = deployed()
            .map(|(name, it)| (name.to_string(), it.build.as_ref().filter(is_ours).cloned()))
            .collect();
        let built =
            deployed().filter(|it| services.get(it.0.as_str()).is_some_and(Option::is_some));
        let variables = built.flat_map(|it| it.1.parts.keys());
        let names = variables.filter_map(|it| it.strip_prefix("environment."));
        let names = names.filter(|it| it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_'));
        let names = names.map(str::to_owned).collect();
        let applies = services.values().any(Option::is_some)
            || deployed().any(|it| it.1.parts.contains_key("platform"));
        applies.then_some(Self { services, names })
    }

    /// The words for the script: a mark, so that they are never none, and the names.
    pub(crate) fn words(&self) -> impl Iterator<Item = String> {
        std::iter::once("//".to_owned()).chain(self.names.iter().cloned())
    }

    /// Reads what the host brought: the parts of its answer by their names, and what Compose resolves
    /// its files to. `None` where it did not come to the end.
    pub(crate) fn read<'b>(
        &self,
        parts: &[(&str, &str)],
        json: &str,
        processor: Option<&'b str>,
    ) -> Option<Brought<'b>> {
        let repository = Repository::read(parts)?;
        let services = project::services(json, &repository.root, &self.services);
        let others = self.others(json);
        Some(Brought { repository, services, others, processor })
    }

    fn others(&self, json: &str) -> BTreeMap<String, String> {
        let project: Value = serde_json::from_str(json).unwrap_or_default();
        let services = project["services"].as_object().into_iter().flatten();
        let is_other =
            |it: &(&String, &Value)| !self.services.contains_key(it.0) && it.1["build"].is_object();
        let image =
            |(name, it): (&String, &Value)| Some((it["image"].as_str()?.to_owned(), name.clone()));
        services.filter(is_other).filter_map(image).collect()
    }
}

impl Brought<'_> {
    /// The Dockerfiles within compose files, each with its place and its build.
    pub(crate) fn inline(&self) -> impl Iterator<Item = (Spot, (&str, &BuildSpec), &str)> {
        self.services.iter().filter_map(|it| {
            let (text, build) = (it.inline.as_deref()?, it.build.as_ref()?);
            let spot = self.repository.compose_spot(&it.name, "dockerfile_inline");
            let unknown = || Spot { file: format!("build of {}", it.name), line: 0 };
            Some((spot.unwrap_or_else(unknown), (it.name.as_str(), build), text))
        })
    }

    /// Judges it. `bases` are the images that its Dockerfiles begin from.
    pub(crate) fn judge(&self, bases: &[(Spot, String)]) -> Vec<Noticed> {
        let Self { repository, services, others, processor } = self;
        let lines = build_lines(repository);
        let workshop = Workshop { repository, lines: &lines, processor: *processor, services };
        let scene = workshop.scene();
        let mut noticed = [
            bases::notices(bases.iter(), others, (&lines, repository)),
            start::notices(&scene),
            variables::notices(&scene),
            secrets::notices(&scene),
            locks::notices(&scene),
            tools::notices(&scene),
            migrations::notices(&scene),
            platforms::notices(&scene, processor.unwrap_or_default()),
        ]
        .concat();
        if !repository.is_whole {
            noticed.push(Noticed::new(Notice::TooLarge, None));
        }
        noticed.sort();
        noticed.dedup();
        noticed
    }
}
