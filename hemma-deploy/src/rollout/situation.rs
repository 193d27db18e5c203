//! The situation before a deploy: everything that was seen.

use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_core::storage;
use hemma_core::{ExecError, Finding, FindingId, Report, Verdict};
use hemma_docker::EngineError;
use hemma_docker::compose::{Model, ModelAnswer, ModelError};
use hemma_docker::image::Image;
use hemma_docker::network::Network;
use hemma_docker::{Container, ContainerParts};
use hemma_git::checkout::{self, Checkout, History, LookError};
use hemma_ingress::listeners::Listener;

use crate::Config;
use crate::ids;

use crate::host_tools::Tools;
use crate::layers::Layers;
use crate::lock::{Unproven, UnprovenError};
use crate::plan::ImageInputs;
use crate::preflight::{self, Preflight, RegistryTag, SourcesError};
use crate::provenance::Built;
use crate::release::{EnvChange, Release, ReleasesError};

use super::neighbours::Neighbours;
use super::prerequisites::Prerequisites;
use super::stages::Stages;
use super::{Scope, conflicts};

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
    /// The images that tags name in their registries; asked where `hemma.toml` wants updates.
    pub(super) tags: Option<Result<BTreeMap<String, RegistryTag>, SourcesError>>,
    /// The kept release of the commit that is noted as deployed.
    pub(super) release: Result<Option<Release>, ReleasesError>,
    /// The run that changed the host last without passing its gate.
    pub(super) unproven: Result<Option<Unproven>, UnprovenError>,
}

impl Situation {
    /// The findings that stop a deploy: problems that the plan does not solve, and looks that
    /// failed.
    pub fn blockers(&self) -> Report {
        if let Some(report) = self.tools.out_of_reach() {
            return report;
        }
        let mut findings = self.tools.findings.clone();
        match &self.checkout {
            // Reported already, and the checkout could say no more.
            _ if !self.tools.has_git => {}
            Ok(seen) => findings.extend(self.checkout_findings(seen)),
            Err(error) => {
                findings.push(self.unknown(hemma_git::ids::CHECKOUT_UNSEEN, "checkout", error));
            }
        }
        if self.tools.are_well() {
            findings.extend(self.engine_findings());
            findings.extend(self.prerequisites.blockers(&self.config));
        }
        findings.into_iter().filter(|it| it.verdict != Verdict::Pass).collect()
    }

    /// Whether there is nothing to bring a part of the application up from. A whole deploy would
    /// clone it.
    fn lacks_files(&self) -> bool {
        let none = matches!(self.checkout, Ok(Checkout::Missing { .. } | Checkout::Plain { .. }));
        none && !self.scope.brings_commits()
    }

    fn checkout_findings(&self, seen: &Checkout) -> Vec<Finding> {
        match seen {
            Checkout::Missing { dir, .. } | Checkout::Plain { dir, .. } if self.lacks_files() => {
                let finding = Finding::fail(
                    hemma_git::ids::CHECKOUT_MISSING,
                    "checkout",
                    format!("{dir} is not a checkout yet"),
                );
                vec![finding.remedy(hemma_git::Remedy::CloneRepository)]
            }
            seen => checkout::findings(&(&self.config).into(), seen),
        }
    }

    /// The findings about Compose and the engine, except those that the `.env` explains.
    fn engine_findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let unusable = matches!(self.checkout, Ok(Checkout::Unusable { .. }) | Err(_));
        match &self.model {
            _ if self.lacks_files() => {}
            Ok(ModelAnswer::Resolved(model)) => {
                findings.extend(self.objections.clone());
                findings.extend(conflicts::find(self, model));
                findings.extend(self.preflight(model));
            }
            Ok(ModelAnswer::Refused(refusal))
                if refusal
                    .cause()
                    .is_some_and(|it| self.prerequisites.explain(&self.config, it)) => {}
            Ok(ModelAnswer::Refused(refusal)) => findings.push(refusal.finding()),
            // Reported already, as the state of the checkout or of its remote.
            Err(_) if unusable || !findings.is_empty() => {}
            Err(error) => {
                findings.push(self.unknown(ids::COMPOSE_FILES_UNSEEN, "compose files", error));
            }
        }
        let looks = [
            ("containers", self.containers.as_ref().err()),
            ("networks", self.networks.as_ref().err()),
            ("images", self.images.as_ref().err()),
        ];
        let failed = looks.into_iter().find_map(|(name, error)| Some((name, error?)));
        if let Some((name, error)) = failed {
            findings.push(Finding::unknown(ids::DOCKER_LISTS_UNSEEN, name, error));
        }
        if let Err(error) = &self.listeners {
            findings.push(Finding::unknown(ids::PORT_UNSEEN, "ports", error));
        }
        if let Err(error) = &self.release {
            findings.push(Finding::unknown(ids::RELEASE_UNSEEN, "release", error));
        }
        if let Err(error) = &self.unproven {
            findings.push(Finding::unknown(ids::RELEASE_PROOF_UNSEEN, "release", error));
        }
        findings
    }

    /// Whether something else on the host has a container name or a port that the project wants. It
    /// may be a container of the application that was started in another way.
    pub fn is_contended(&self) -> bool {
        let taken = |model| !conflicts::taken(self, model).is_empty();
        self.tools.are_well() && self.model().is_some_and(taken)
    }

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

    fn unknown(&self, id: FindingId, subject: &str, error: &dyn std::error::Error) -> Finding {
        storage::unknown(&self.config.host.alias, id, subject, error)
    }

    fn preflight(&self, model: &Model) -> Vec<Finding> {
        let mut findings = match &self.sources {
            None => Vec::new(),
            Some(Err(error)) => vec![self.unknown(ids::REPOSITORY_UNSEEN, "repository", error)],
            Some(Ok(preflight)) => preflight.findings(&self.config, model),
        };
        match (&self.tags, &self.images) {
            (Some(Err(error)), _) => {
                findings.push(self.unknown(ids::IMAGE_TAG_UNSEEN, "images", error));
            }
            (Some(Ok(tags)), Ok(images)) => findings.extend(preflight::tag_findings(tags, images)),
            _ => {}
        }
        findings
    }

    /// The images that tags name by now, as far as they were asked for.
    pub(super) fn tags(&self) -> &BTreeMap<String, RegistryTag> {
        static NOT_ASKED: BTreeMap<String, RegistryTag> = BTreeMap::new();
        self.tags.as_ref().and_then(|it| it.as_ref().ok()).unwrap_or(&NOT_ASKED)
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
        remarks.extend(self.prerequisites.remarks(&self.config));
        if let (Some(model), Some(Ok(preflight))) = (self.model(), &self.sources) {
            remarks.extend(preflight.news(self.before.as_ref(), model));
        }
        remarks
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
