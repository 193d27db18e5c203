//! Everything that was seen before a deploy, and what follows from it.

use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_core::storage;
use hemma_core::{ExecError, Finding, Hint, Report, Verdict};
use hemma_docker::EngineError;
use hemma_docker::compose::{Model, ModelAnswer, ModelError};
use hemma_docker::image::Image;
use hemma_docker::network::Network;
use hemma_docker::{Container, ContainerParts};
use hemma_git::checkout::{self, Checkout, History, LookError};
use hemma_ingress::listeners::Listener;

use crate::Config;

use crate::host_tools::Tools;
use crate::layers::Layers;
use crate::lock::{Unproven, UnprovenError};
use crate::plan::{Action, Base, ImageInputs, Plan, Seen, Step, image_named, service_steps};
use crate::preflight::{Preflight, SourcesError};
use crate::provenance::Built;
use crate::release::{EnvChange, KeptImage, Release, ReleasesError};

use super::neighbours::Neighbours;
use super::prerequisites::Prerequisites;
use super::stages::Stages;
use super::{Scope, conflicts};

/// What was seen, each look with its own way of having failed.
#[derive(Debug)]
pub struct Situation {
    pub(super) config: Config,
    pub(super) scope: Scope,
    pub(super) layers: Layers,
    pub(super) tools: Tools,
    pub(super) checkout: Result<Checkout, LookError>,
    /// The project as it would be after the deploy.
    pub(super) model: Result<ModelAnswer, ModelError>,
    /// What the files, or the stages, say that cannot be meant.
    pub(super) objections: Vec<Finding>,
    /// The project as it is in the checkout, where a pull would change it.
    pub(super) before: Option<Model>,
    pub(super) containers: Result<Vec<Container>, EngineError>,
    pub(super) networks: Result<Vec<Network>, EngineError>,
    pub(super) images: Result<Vec<Image>, EngineError>,
    pub(super) listeners: Result<Option<Vec<Listener>>, ExecError>,
    pub(super) prerequisites: Prerequisites,
    /// What else on the host bears on the project's own names.
    pub(super) neighbours: Neighbours,
    /// What the containers were made with whose configuration is not that of the checkout.
    pub(super) running: BTreeMap<ServiceName, ContainerParts>,
    /// What came in since the images were made.
    pub(super) history: History,
    pub(super) inputs: BTreeMap<ServiceName, ImageInputs>,
    /// What single images were made from; looked at where it is about a part of the application,
    /// which may be newer than the last deploy, or where no deploy has passed its gate yet.
    pub(super) built: Option<Built>,
    /// What the compose files refer to; looked at where they are not the ones that were deployed.
    pub(super) sources: Option<Result<Preflight, SourcesError>>,
    /// The kept release of the commit that is noted as deployed.
    pub(super) release: Result<Option<Release>, ReleasesError>,
    /// The run that changed the host last without passing its gate.
    pub(super) unproven: Result<Option<Unproven>, UnprovenError>,
}

impl Situation {
    /// What stops a deploy: whatever is wrong that the plan does not mend, and whatever could not
    /// be looked at.
    pub fn blockers(&self) -> Report {
        if let Some(report) = self.tools.out_of_reach() {
            return report;
        }
        let mut findings = self.tools.findings.clone();
        match &self.checkout {
            // Said already, and all that the checkout could say.
            _ if !self.tools.has_git => {}
            Ok(seen) => findings.extend(self.checkout_findings(seen)),
            Err(error) => findings.push(self.unknown("checkout", error)),
        }
        if self.tools.are_well() {
            findings.extend(self.engine_findings());
            findings.extend(self.prerequisites.blockers(&self.config));
        }
        findings.into_iter().filter(|it| it.verdict != Verdict::Pass).collect()
    }

    /// Whether there is nothing that a part of the application could be brought up from. A whole
    /// deploy would clone it.
    fn lacks_files(&self) -> bool {
        let none = matches!(self.checkout, Ok(Checkout::Missing { .. } | Checkout::Plain { .. }));
        none && !self.scope.brings_commits()
    }

    fn checkout_findings(&self, seen: &Checkout) -> Vec<Finding> {
        match seen {
            Checkout::Missing { dir, .. } | Checkout::Plain { dir, .. } if self.lacks_files() => {
                let hint = Hint::Run("cargo xtask day2 mirror-repo".to_owned());
                vec![Finding::fail("checkout", format!("{dir} is no checkout yet")).hint(hint)]
            }
            seen => checkout::findings(&(&self.config).into(), seen),
        }
    }

    /// What Compose and the engine say, but for what the `.env` explains.
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
            // Said already, as the state of the checkout or of its remote.
            Err(_) if unusable || !findings.is_empty() => {}
            Err(error) => findings.push(self.unknown("compose files", error)),
        }
        let looks = [
            ("containers", self.containers.as_ref().err()),
            ("networks", self.networks.as_ref().err()),
            ("images", self.images.as_ref().err()),
        ];
        let failed = looks.into_iter().find_map(|(name, error)| Some((name, error?)));
        if let Some((name, error)) = failed {
            findings.push(Finding::unknown(name, error));
        }
        if let Err(error) = &self.listeners {
            findings.push(Finding::unknown("ports", error));
        }
        if let Err(error) = &self.release {
            findings.push(Finding::unknown("release", error));
        }
        if let Err(error) = &self.unproven {
            findings.push(Finding::unknown("release", error));
        }
        findings
    }

    /// Whether something else on the host has a container's name or a port that the project wants.
    /// It may be a container of the application's that was started in another way.
    pub fn is_contended(&self) -> bool {
        let taken = |model| !conflicts::taken(self, model).is_empty();
        self.tools.are_well() && self.model().is_some_and(taken)
    }

    /// How the `.env` differs from that of the deployed release.
    pub(super) fn env_change(&self) -> Option<&EnvChange> {
        self.release.as_ref().ok()?.as_ref()?.env.as_ref()
    }

    /// Whether what was there before is a release that has passed its gate.
    pub(super) fn was_proven(&self) -> bool {
        let Ok(Checkout::Repository(seen)) = &self.checkout else { return false };
        let is_noted = seen.deployed.as_deref() == Some(seen.head.as_str());
        is_noted && matches!(self.unproven, Ok(None))
    }

    fn unknown(&self, subject: &str, error: &dyn std::error::Error) -> Finding {
        storage::unknown(&self.config.host.alias, subject, error)
    }

    fn preflight(&self, model: &Model) -> Vec<Finding> {
        match &self.sources {
            None => Vec::new(),
            Some(Err(error)) => vec![self.unknown("repository", error)],
            Some(Ok(preflight)) => preflight.findings(&self.config, model),
        }
    }

    /// The run that changed the host last without passing its gate, to be said beside what stops a
    /// deploy; a plan says it among its notes.
    pub fn unproven(&self) -> Option<Finding> {
        self.unproven.as_ref().ok()?.as_ref().map(Unproven::finding)
    }

    /// What a deploy gets through, is to be known, and was not so with the files that are checked
    /// out.
    pub fn news(&self) -> Vec<String> {
        let unproven = self.unproven.as_ref().ok().and_then(Option::as_ref);
        let mut remarks: Vec<String> = unproven.map(Unproven::words).into_iter().collect();
        remarks.extend(self.prerequisites.remarks(&self.config));
        if let (Some(model), Some(Ok(preflight))) = (self.model(), &self.sources) {
            remarks.extend(preflight.news(self.before.as_ref(), model));
        }
        remarks
    }

    /// The stages of a whole deploy with all of their services, where there are any.
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

    /// The title of the commit that would be deployed, where it comes in with the deploy.
    pub fn title(&self) -> Option<&str> {
        let Checkout::Repository(seen) = self.checkout.as_ref().ok()? else { return None };
        Some(seen.incoming.as_ref()?.commits.first()?.as_str())
    }

    /// The commit that would be deployed, where it is known.
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

    /// Where a text is written in the compose files, if that was looked for.
    pub(super) fn written(&self, text: &str) -> Option<String> {
        let sources = self.sources.as_ref().and_then(|it| it.as_ref().ok());
        Some(sources?.seen.mentions.get(text)?.to_string())
    }

    /// The steps of a deploy. Whole only where [`Situation::blockers`] are none.
    pub fn plan(&self) -> Plan {
        let mut steps = Vec::new();
        steps.extend(self.checkout_step());
        let network = &self.config.compose.network;
        let is_there = |it: &[Network]| it.iter().any(|it| it.name == network.as_str());
        if self.networks.as_deref().is_ok_and(|it| !is_there(it)) {
            let reason = "the reverse proxy and the application meet on it";
            steps.push(Step::new(Action::CreateNetwork(network.clone()), reason));
        }
        steps.extend(self.prerequisites.steps(&self.config));
        steps.extend(self.env_step());
        if let (Some(model), Ok(containers), Ok(images)) =
            (self.model(), &self.containers, &self.images)
        {
            let history = self.history_of(model, images);
            let of_services = service_steps(&Seen {
                project: self.config.compose.project.as_str(),
                model,
                before: self.before.as_ref(),
                containers,
                images,
                running: &self.running,
                base: match &self.built {
                    None => Base::Deploy(&history),
                    Some(it) if self.scope.brings_commits() => Base::First(&history, it),
                    Some(it) => Base::Each(it),
                },
                inputs: &self.inputs,
            });
            steps.extend(self.staged(of_services));
        }
        steps.extend(self.keep_step(!steps.is_empty()));
        Plan { steps }
    }

    /// What came in since the images were made. After a run that has not passed its gate, an image
    /// that is not the one of the deployed release may be of any commit that was tried since.
    fn history_of(&self, model: &Model, images: &[Image]) -> History {
        let mut history = self.history.clone();
        let Ok(Some(release)) = &self.release else { return history };
        if self.was_proven() {
            return history;
        }
        let is_another = |it: &&KeptImage| {
            let name = model.services.get(&it.service).map(|it| it.image.as_str());
            name.and_then(|it| image_named(images, it)).is_some_and(|image| image.id != it.id)
        };
        let others = release.images.iter().filter(is_another).map(|it| it.service.to_string());
        history.unsure = others.collect();
        history
    }

    /// The steps of services in the order of the stages, each with the name of its own. All images
    /// come first.
    fn staged(&self, mut steps: Vec<Step>) -> Vec<Step> {
        let stages = Stages::of(&self.config);
        if stages.is_one() || !self.scope.brings_commits() {
            return steps;
        }
        for step in &mut steps {
            step.stage = step.action.service().map(|it| stages.home(it).to_owned());
        }
        let place = |it: &Step| it.action.container().map(|(_, name)| stages.position(name));
        steps.sort_by_key(place);
        steps
    }

    /// Whether it is worth looking at what the compose files refer to: another commit than the one
    /// that was deployed last, which passed before, or any change at all where no commit is noted.
    pub(super) fn is_new(&self) -> bool {
        match &self.checkout {
            Ok(Checkout::Repository(_)) if self.scope.is_whole() => self.is_another_commit(),
            Ok(Checkout::Repository(_)) => !self.plan().is_empty(),
            Ok(_) => self.scope.brings_commits(),
            Err(_) => false,
        }
    }

    /// Whether the commit to deploy is another than the one that was deployed last.
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

    fn checkout_step(&self) -> Option<Step> {
        let seen = self.checkout.as_ref().ok()?;
        if !self.scope.brings_commits() {
            return None;
        }
        let step = match checkout::movement(&(&self.config).into(), seen)? {
            checkout::Move::Clone(clone) => {
                let reason = format!("branch {} of {}", clone.branch, clone.remote);
                Step::new(Action::Clone(clone.checkout), reason)
            }
            checkout::Move::Pull(pull, commits) => {
                let reason = match &commits[..] {
                    [] => format!("to {}", checkout::short(&pull.to)),
                    [one] => one.clone(),
                    [newest, older @ ..] => format!("{newest} (and {} before it)", older.len()),
                };
                Step::new(Action::Pull(pull.checkout), reason)
            }
        };
        Some(step)
    }

    /// Noting the commit is a step of its own only where nothing else is left of a deploy that was
    /// killed on the way.
    fn keep_step(&self, something_else: bool) -> Option<Step> {
        let Ok(Checkout::Repository(seen)) = &self.checkout else { return None };
        if !self.scope.is_whole() {
            return None;
        }
        if something_else || self.model().is_none() {
            return None;
        }
        let noted = seen.deployed.as_deref() == Some(seen.head.as_str());
        let reason = match &self.unproven {
            // Under the lock a run is at work, which is this one.
            Ok(Some(unproven)) => unproven.which(),
            _ if !noted => "it runs and was not noted as deployed yet".to_owned(),
            _ => return None,
        };
        Some(Step::new(Action::Keep(seen.head.clone()), reason))
    }

    /// The `.env` is a part of the release.
    fn env_step(&self) -> Option<Step> {
        let change = self.env_change().filter(|_| self.scope.is_whole())?;
        let reason = format!("since the deployed release: {}", change.words());
        Some(Step::new(Action::AdoptEnv, reason))
    }
}
