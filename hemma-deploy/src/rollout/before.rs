//! The state before a run, to tell what the run has touched.

use hemma_core::names::ServiceName;
use hemma_docker::image::{self, Image};
use hemma_docker::{Container, State};

use super::Situation;
use crate::plan::{Action, Plan, Step};
use crate::release::KeptImage;

/// The containers and images of a project before a run changed anything: the way back restores only
/// what the run has touched.
#[derive(Debug, Clone)]
pub(super) struct Before {
    project: String,
    containers: Vec<Container>,
    images: Vec<Image>,
}

impl Before {
    pub(super) fn new(project: &str, containers: Vec<Container>, images: Vec<Image>) -> Self {
        Self { project: project.to_owned(), containers, images }
    }

    pub(super) fn of(situation: &Situation) -> Self {
        let containers = situation.containers.clone().unwrap_or_default();
        let images = situation.images.clone().unwrap_or_default();
        Self::new(situation.config.compose.project.as_str(), containers, images)
    }

    pub(super) fn images(&self) -> &[Image] {
        &self.images
    }

    /// The container that a service had.
    pub(super) fn container(&self, service: &str) -> Option<&Container> {
        self.containers.iter().find(|it| it.is_of(&self.project, service))
    }

    /// Whether the containers of a service are others now, or in another state.
    pub(super) fn is_touched(&self, service: &str, now: &[Container]) -> bool {
        let own = |all: &[Container]| {
            let own = all.iter().filter(|it| it.is_of(&self.project, service));
            let mut own: Vec<_> =
                own.map(|it| (it.id.clone(), it.state == State::Running)).collect();
            own.sort();
            own
        };
        own(&self.containers) != own(now)
    }

    /// Whether a step of a way back is about something that the run has touched.
    pub(super) fn is_about(&self, step: &Step, now: &[Container]) -> bool {
        if let Action::Discard(name) = &step.action {
            let id =
                |all: &[Container]| all.iter().find(|it| it.name == *name).map(|it| it.id.clone());
            return id(&self.containers) != id(now);
        }
        step.action.service().is_some_and(|it| self.is_touched(it, now))
    }

    /// The image that a service ran before, by the release's name for it; the release's own image
    /// if the service did not run, or its image is gone.
    pub(super) fn image(&self, kept: &KeptImage, there: &[Image]) -> KeptImage {
        let ran = self.container(&kept.service);
        let ran = ran.map(|it| KeptImage { id: it.image_id.clone(), ..kept.clone() });
        ran.filter(|it| it.is_among(there)).unwrap_or_else(|| kept.clone())
    }

    /// The images that had the names which the builds and pulls of `plan` give to others.
    pub(super) fn names_of_images(&self, situation: &Situation, plan: &Plan) -> Vec<KeptImage> {
        let named = |service: ServiceName| {
            let name = situation.model()?.services.get(&service)?.image.clone();
            let id = image::named(&self.images, &name)?.id.clone();
            Some(KeptImage { service, name, id })
        };
        let agenda = plan.agenda();
        let pulled = situation.model().map(|it| it.running(&agenda.images)).unwrap_or_default();
        agenda.builds.into_iter().chain(pulled).filter_map(named).collect()
    }
}
