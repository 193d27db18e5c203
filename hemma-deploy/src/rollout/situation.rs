//! The situation before a deploy: everything that was seen.

use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_core::{ExecError, Finding};
use hemma_docker::EngineError;
use hemma_docker::compose::{BuildSpec, Model, ModelAnswer, ModelError};
use hemma_docker::image::Image;
use hemma_docker::network::Network;
use hemma_docker::{Container, ContainerParts};
use hemma_git::checkout::{self, Checkout, History, LookError};
use hemma_ingress::listeners::Listener;

use crate::{Config, env_file};

use crate::host_tools::Tools;
use crate::layers::Layers;
use crate::lock::{Unproven, UnprovenError};
use crate::plan::ImageInputs;
use crate::preflight::{self, Preflight, RegistryTag, SourcesError};
use crate::provenance::Built;
use crate::release::{EnvChange, Release, ReleasesError};

use super::Scope;
use super::neighbours::Neighbours;
use super::prerequisites::Prerequisites;
use super::stages::Stages;
use super::waves::Bases;

/// The situation: the result of each look, which may have failed.
#[derive(Debug)]
pub struct Situation {
    pub(super) config: Config,
    pub(super) scope: Scope,
    pub(super) layers: Layers,
    pub(super) tools: Tools,
    pub(super) checkout: Result<Checkout, LookError>,
    /// The project as it would be after the deploy.
    pub(super) model: Result<ModelAnswer, ModelError>,
    /// The findings about files or stages that cannot work.
    pub(super) objections: Vec<Finding>,
    /// The project in the checkout, if a pull would change it.
    pub(super) before: Option<Model>,
    pub(super) containers: Result<Vec<Container>, EngineError>,
    pub(super) networks: Result<Vec<Network>, EngineError>,
    pub(super) images: Result<Vec<Image>, EngineError>,
    pub(super) listeners: Result<Option<Vec<Listener>>, ExecError>,
    pub(super) prerequisites: Prerequisites,
    /// Things on the host that share the project's names.
    pub(super) neighbours: Neighbours,
    /// The parts of containers whose configuration is not that of the checkout.
    pub(super) running: BTreeMap<ServiceName, ContainerParts>,
    /// The changes since the images were made.
    pub(super) history: History,
    pub(super) inputs: BTreeMap<ServiceName, ImageInputs>,
    /// The provenance of single images; looked at for a part of the application, which may be newer
    /// than the last deploy, or if no deploy has passed its gate yet.
    pub(super) built: Option<Built>,
    /// The files that the compose files refer to; looked at if they are not the deployed ones.
    pub(super) sources: Option<Result<Preflight, SourcesError>>,
    /// The release that pins images, where `hemma.toml` wants that.
    pub(super) pins: Option<Result<Option<Release>, ReleasesError>>,
    /// The images that tags name in their registries; asked where `hemma.toml` says more than
    /// "missing".
    pub(super) tags: Option<Result<BTreeMap<String, RegistryTag>, SourcesError>>,
    /// The kept release of the commit that is noted as deployed.
    pub(super) release: Result<Option<Release>, ReleasesError>,
    /// The run that changed the host last without passing its gate.
    pub(super) unproven: Result<Option<Unproven>, UnprovenError>,
}

impl Situation {
    /// The difference between the `.env` and that of the deployed release.
    pub(super) fn env_change(&self) -> Option<&EnvChange> {
        self.release.as_ref().ok()?.as_ref()?.env.as_ref()
    }

    /// Whether the state before is a release that has passed its gate.
    pub(super) fn was_proven(&self) -> bool {
        let Ok(Checkout::Repository(seen)) = &self.checkout else { return false };
        let is_noted = seen.deployed.as_deref() == Some(seen.head.as_str());
        is_noted && matches!(self.unproven, Ok(None))
    }

    /// The images that tags name by now, as far as they are to be pulled.
    pub(super) fn tags(&self) -> &BTreeMap<String, RegistryTag> {
        static NOT_ASKED: BTreeMap<String, RegistryTag> = BTreeMap::new();
        let asked = self.tags.as_ref().filter(|_| self.pins.is_none());
        asked.as_ref().and_then(|it| it.as_ref().ok()).unwrap_or(&NOT_ASKED)
    }

    /// The run that changed the host last without passing its gate, for the report of blockers; a
    /// plan has it among its notes.
    pub fn unproven(&self) -> Option<Finding> {
        self.unproven.as_ref().ok()?.as_ref().map(Unproven::finding)
    }

    /// Remarks that do not stop a deploy and that the checked-out files did not cause as well.
    pub fn news(&self) -> Vec<String> {
        let unproven = self.unproven.as_ref().ok().and_then(Option::as_ref);
        let mut remarks: Vec<String> = unproven.map(Unproven::words).into_iter().collect();
        remarks.extend(env_file::project_remark(&self.config));
        remarks.extend(self.prerequisites.remarks(&self.config));
        if let (Some(model), Some(Ok(preflight))) = (self.model(), &self.sources) {
            remarks.extend(preflight.news(self.before.as_ref(), model));
        }
        if let Some(model) = self.model().filter(|_| self.scope.is_whole()) {
            let named = self.config.services.keys();
            let unknown = named.filter(|it| !model.services.contains_key(*it));
            remarks.extend(unknown.map(|it| {
                format!(
                    "[services.{it}] of hemma.toml: the compose files in use have no such service"
                )
            }));
        }
        remarks
    }

    /// What is known of the tags of pinned images: those that name another image in their registry
    /// by now, and those of which that is not known. Neither stops a deploy.
    pub fn held_back(&self) -> Vec<Finding> {
        match (&self.pins, &self.tags, &self.images) {
            (Some(_), Some(tags), Ok(images)) => preflight::held_back(tags.as_ref(), images),
            _ => Vec::new(),
        }
    }

    /// The images that the services' own begin from, as far as their Dockerfiles were read.
    pub(super) fn bases(&self) -> Bases {
        let (Some(model), Some(Ok(preflight))) = (self.model(), &self.sources) else {
            return Bases::new();
        };
        let of = |build: &BuildSpec| {
            let own = preflight.seen.bases.iter().filter(|it| it.0.file == build.path());
            own.map(|it| it.1.clone()).collect()
        };
        let builds =
            model.services.iter().filter_map(|(name, it)| Some((name, it.build.as_ref()?)));
        builds.map(|(name, build)| (name.clone(), of(build))).collect()
    }

    /// The stages of a whole deploy with all of their services, if there are any.
    pub fn stages(&self) -> Vec<(String, Vec<String>)> {
        let stages = Stages::of(&self.config);
        let Some(model) = self.model().filter(|_| self.scope.is_whole()) else { return Vec::new() };
        stages.listed(model)
    }

    /// The commit of the last deploy that passed its gate.
    pub fn deployed(&self) -> Option<&str> {
        match self.checkout.as_ref().ok()? {
            Checkout::Repository(seen) => seen.deployed.as_deref(),
            _ => None,
        }
    }

    /// The title of the commit that would be deployed, if it is a new one.
    pub fn title(&self) -> Option<&str> {
        let Checkout::Repository(seen) = self.checkout.as_ref().ok()? else { return None };
        Some(seen.incoming.as_ref()?.commits.first()?.as_str())
    }

    /// The commit that would be deployed, if it is known.
    pub fn target(&self) -> Option<&str> {
        let (tip, head) = match self.checkout.as_ref().ok()? {
            Checkout::Missing { tip, .. } | Checkout::Plain { tip, .. } => (tip, None),
            Checkout::Repository(seen) => (&seen.tip, Some(seen.head.as_str())),
            Checkout::Unusable { .. } => return None,
        };
        match tip {
            checkout::Tip::At(tip) if self.scope.brings_commits() => Some(tip),
            _ => head,
        }
    }

    /// The place of a text in the compose files, if it was looked for.
    pub(super) fn written(&self, text: &str) -> Option<String> {
        let sources = self.sources.as_ref().and_then(|it| it.as_ref().ok());
        Some(sources?.seen.mentions.get(text)?.to_string())
    }

    /// Whether the files that the compose files refer to must be looked at: for another commit than
    /// the last deployed one, which passed, or for any change if no commit is noted.
    pub(super) fn is_new(&self) -> bool {
        match &self.checkout {
            Ok(Checkout::Repository(_)) if self.scope.is_whole() => self.is_another_commit(),
            Ok(Checkout::Repository(_)) => !self.plan().is_empty(),
            Ok(_) => self.scope.brings_commits(),
            Err(_) => false,
        }
    }

    /// Whether the commit to deploy is another than the last deployed one.
    pub(super) fn is_another_commit(&self) -> bool {
        let Ok(Checkout::Repository(seen)) = &self.checkout else { return false };
        let target = match &seen.tip {
            checkout::Tip::At(tip) => tip,
            _ => &seen.head,
        };
        seen.deployed.as_ref() != Some(target)
    }

    /// The containers of the host, if they could be listed.
    pub fn containers(&self) -> Option<&[Container]> {
        self.containers.as_deref().ok()
    }

    /// The project as it would be after the deploy, if Compose resolves it.
    pub fn model(&self) -> Option<&Model> {
        match &self.model {
            Ok(ModelAnswer::Resolved(model)) => Some(model),
            _ => None,
        }
    }
}
