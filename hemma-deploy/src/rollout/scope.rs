//! The scope of a rollout.

use std::collections::BTreeSet;

use hemma_core::{Classified, ErrorClass, Finding, OperatorError, Suggestions};
use hemma_docker::Container;
use hemma_docker::compose::Model;

use crate::ids;
use crate::{Config, Remedy};

use super::stages::Stages;
use crate::layers::Layers;
use crate::layers::layers_in_force;

/// The part of the application that a rollout brings up, and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The whole application at the tip of its branch, with the layers in force.
    Whole,
    /// One stage at the tip of the branch. The commit of its services is noted, but no release is
    /// kept: the others may be older.
    Stage(String),
    /// These services and their dependencies, with the research files, from the checkout as it is.
    /// No commit is pulled, and none is noted as deployed: the other services may be older.
    Research(Vec<String>),
}

/// The requested stage does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StageError {
    /// The settings have other stages.
    #[error("hemma.toml has no stage `{asked}`; {known}")]
    Unknown {
        /// The requested stage.
        asked: String,
        /// The existing stages.
        known: Suggestions,
    },
    /// The settings have no stages.
    #[error("hemma.toml has no stages, so there is no stage `{0}`")]
    NoStages(String),
}

impl OperatorError for StageError {
    fn classify(&self) -> Classified {
        match self {
            Self::Unknown { known, .. } => ErrorClass::Usage.with(known.hint(Remedy::ListStages)),
            Self::NoStages(_) => ErrorClass::Usage.with(Remedy::Deploy),
        }
    }
}

impl Scope {
    /// A stage of `hemma.toml` by its name, or the last one, of all services in no other.
    pub fn stage(config: &Config, name: &str) -> Result<Self, StageError> {
        let stages = Stages::of(config);
        if stages.is_one() {
            return Err(StageError::NoStages(name.to_owned()));
        }
        if !stages.names().any(|it| it == name) {
            let known = Suggestions::new(name, stages.names());
            return Err(StageError::Unknown { asked: name.to_owned(), known });
        }
        Ok(Self::Stage(name.to_owned()))
    }

    pub(super) fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    /// Whether the checkout is moved to the tip of its branch.
    pub(super) fn brings_commits(&self) -> bool {
        !matches!(self, Self::Research(_))
    }

    /// The settings with only the public names of services in the scope.
    pub fn public(&self, config: &Config) -> Config {
        let mut config = config.clone();
        let stages = Stages::of(&config);
        let kept = |service: &str| match self {
            Self::Whole => true,
            Self::Stage(stage) => stages.home(service) == stage,
            Self::Research(_) => false,
        };
        let public = config.public.iter().filter(|it| kept(&it.service)).cloned().collect();
        config.public = public;
        config
    }

    pub(super) fn layers(&self, config: &Config, containers: &[Container]) -> Layers {
        match self {
            Self::Whole | Self::Stage(_) => layers_in_force(config, containers),
            Self::Research(_) => Layers::Research,
        }
    }

    /// Removes all services outside the scope from the project.
    pub(super) fn narrow(&self, config: &Config, project: &mut Model) {
        let kept: BTreeSet<String> = match self {
            Self::Whole => return,
            Self::Stage(stage) => {
                let stages = Stages::of(config);
                let own = project.services.keys().filter(|it| stages.home(it) == stage);
                own.map(ToString::to_string).collect()
            }
            Self::Research(asked) => with_needed(asked, project),
        };
        project.narrow(|it| kept.contains(it));
    }

    /// The findings about a scope that cannot work: a missing service, one that other machines
    /// would reach, or stages that need later ones.
    pub(super) fn objections(
        &self,
        config: &Config,
        project: &Model,
        containers: &[Container],
    ) -> Vec<Finding> {
        let asked = match self {
            Self::Research(asked) => asked,
            Self::Whole => return Stages::of(config).objections(project),
            Self::Stage(stage) => {
                let (stages, name) = (Stages::of(config), config.compose.project.as_str());
                let missing = stages.missing(stage, project, (name, containers));
                return [stages.objections(project), missing].concat();
            }
        };
        let missing = asked.iter().filter(|it| !project.services.contains_key(it.as_str()));
        let missing = missing.map(|it| {
            let subject = format!("service {it}");
            Finding::fail(ids::SERVICE_NOT_IN_FILES, subject, "the compose files do not have it")
        });
        let open = asked.iter().filter_map(|it| Some((it, project.services.get(it.as_str())?)));
        let open = open.flat_map(|(name, it)| it.ports.iter().map(move |port| (name, port)));
        let open = open.filter(|(_, port)| !port.is_local()).map(|(name, port)| {
            let detail =
                format!("the compose files open port {} to other machines", port.published);
            Finding::fail(ids::SERVICE_PORT_OPEN, format!("service {name}"), detail)
        });
        missing.chain(open).collect()
    }
}

/// Services and all their dependencies, as far as they exist.
fn with_needed(asked: &[String], project: &Model) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    let mut open = asked.to_vec();
    while let Some(name) = open.pop() {
        if let Some(service) = project.services.get(name.as_str())
            && wanted.insert(name)
        {
            open.extend(service.depends_on.keys().cloned());
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::{Port, Service};

    use super::*;

    fn project() -> Model {
        let mut project = Model::default();
        for (name, needs) in [("tool", "base"), ("base", "tool"), ("other", "base")] {
            let mut service = Service { replicas: 1, ..Service::default() };
            service.depends_on.insert(needs.to_owned(), "service_healthy".to_owned());
            project.services.insert(name.parse().expect("a service"), service);
        }
        project
    }

    #[test]
    fn a_scope_is_what_was_asked_for_and_what_that_needs() {
        let mut project = project();
        Scope::Research(vec!["tool".to_owned()]).narrow(&Config::default(), &mut project);
        assert_eq!(project.services.keys().collect::<Vec<_>>(), ["base", "tool"]);
    }

    #[test]
    fn what_would_be_open_to_others_is_objected_to() {
        let scope = Scope::Research(vec!["tool".to_owned(), "gone".to_owned()]);
        for (address, objections) in [("127.0.0.1", 1), ("::1", 1), ("", 2), ("0.0.0.0", 2)] {
            let mut project = project();
            let tool = project.services.get_mut("tool").expect("it is there");
            tool.ports.push(Port {
                host_ip: address.to_owned(),
                published: "8085".to_owned(),
                target: 8085,
                protocol: "tcp".to_owned(),
            });
            assert_eq!(
                scope.objections(&Config::default(), &project, &[]).len(),
                objections,
                "{address}"
            );
        }
    }
}
