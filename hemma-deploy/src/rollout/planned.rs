//! The plan that follows from the situation before a deploy.

use hemma_core::names::NetworkName;
use hemma_docker::compose::Model;
use hemma_docker::image::{self, Image};
use hemma_docker::network::Network;
use hemma_git::checkout::{self, Checkout, History};

use super::Situation;
use super::stages::Stages;
use crate::plan::{Action, Base, Plan, Seen, Step, service_steps};
use crate::release::{EnvChange, FileChange, KeptImage};

impl Situation {
    /// The steps of a deploy. They are complete only if [`Situation::blockers`] is empty.
    pub fn plan(&self) -> Plan {
        let mut steps = Vec::new();
        steps.extend(self.checkout_step());
        if let Some(network) = self.config.compose.network.as_ref().filter(|it| self.lacks(it)) {
            let reason = "the reverse proxy reaches the application through it";
            steps.push(Step::new(Action::CreateNetwork(network.clone()), reason));
        }
        steps.extend(self.prerequisites.steps());
        steps.extend(self.env_steps());
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
                tags: self.tags(),
            });
            steps.extend(self.staged(of_services));
        }
        steps.extend(self.keep_step(!steps.is_empty()));
        Plan { steps }
    }

    fn lacks(&self, network: &NetworkName) -> bool {
        let is_it = |it: &Network| it.name == network.as_str();
        self.networks.as_deref().is_ok_and(|it| !it.iter().any(is_it))
    }

    /// The changes since the images were made. After a run that has not passed its gate, an image
    /// other than the deployed release's may be of any commit that was tried since.
    fn history_of(&self, model: &Model, images: &[Image]) -> History {
        let mut history = self.history.clone();
        let Ok(Some(release)) = &self.release else { return history };
        if self.was_proven() {
            return history;
        }
        let is_another = |it: &&KeptImage| {
            let name = model.services.get(&it.service).map(|it| it.image.as_str());
            name.and_then(|it| image::named(images, it)).is_some_and(|image| image.id != it.id)
        };
        let others = release.images.iter().filter(is_another).map(|it| it.service.to_string());
        history.unsure = others.collect();
        history
    }

    /// The steps of services in the order of the stages, each with the name of its stage. All
    /// images come first.
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

    /// The step that notes the commit. It stands alone only if a killed deploy left nothing else to
    /// do.
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
            // Under the lock, the run at work is this one.
            Ok(Some(unproven)) => unproven.which(),
            _ if !noted => "it runs but is not recorded as deployed yet".to_owned(),
            _ => return None,
        };
        Some(Step::new(Action::Keep(seen.head.clone()), reason))
    }

    /// The steps for the `.env` and other files of variables, which are a part of the release.
    fn env_steps(&self) -> Vec<Step> {
        let Some(release) = self.release.as_ref().ok().and_then(Option::as_ref) else {
            return Vec::new();
        };
        if !self.scope.is_whole() {
            return Vec::new();
        }
        let reason = |it: &EnvChange| format!("since the deployed release: {}", it.words());
        let env = release.env.iter().map(|it| Step::new(Action::AdoptEnv, reason(it)));
        let file =
            |it: &FileChange| Step::new(Action::AdoptFile(it.file.clone()), reason(&it.change));
        env.chain(release.files.iter().map(file)).collect()
    }
}
