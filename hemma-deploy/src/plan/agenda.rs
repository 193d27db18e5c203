//! The steps of a plan, grouped by what carries them out.

use std::collections::BTreeSet;

use hemma_core::names::{ContainerName, NetworkName, ServiceName};
use hemma_postgres::databases;

use super::{Action, ContainerAction, Statement, Step};

/// The steps of a plan, grouped by what carries them out. Each step is in one of the parts, or is
/// carried out at the end of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agenda {
    /// Whether the checkout is cloned.
    pub clones: bool,
    /// Whether the checkout is moved forward.
    pub pulls: bool,
    /// The network that is created.
    pub network: Option<NetworkName>,
    /// The statements for PostgreSQL, in order.
    pub statements: Vec<databases::Step>,
    /// The images that are pulled, in order.
    pub images: Vec<String>,
    /// The services whose images are built, in order.
    pub builds: Vec<ServiceName>,
    /// The containers that Compose would stumble over.
    pub discards: Vec<ContainerName>,
    /// The services whose containers Compose brings up or removes.
    pub services: BTreeSet<ServiceName>,
    /// Whether Compose has to replace containers that it would leave alone.
    pub force: bool,
}

impl Agenda {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut agenda = Self::default();
        for step in steps {
            agenda.add(&step.action);
        }
        agenda
    }

    fn add(&mut self, action: &Action) {
        match action {
            Action::Clone(_) => self.clones = true,
            Action::Pull(_) => self.pulls = true,
            Action::CreateNetwork(name) => self.network = Some(name.clone()),
            Action::RunStatement(Statement { step, .. }) => self.statements.push(step.clone()),
            Action::PullImage(image) | Action::UpdateImage(image) => {
                self.images.push(image.clone());
            }
            Action::Build(service) => self.builds.push(service.clone()),
            Action::Container(action, service) => {
                self.force |= *action == ContainerAction::Replace;
                self.services.insert(service.clone());
            }
            Action::Discard(container) => self.discards.push(container.clone()),
            // A run that passes its gate keeps the commit with its `.env`. A way back begins with
            // what it restores; the rest is planned from the files that are there then.
            Action::Keep(_)
            | Action::AdoptEnv
            | Action::AdoptFile(_)
            | Action::RestoreRelease(_)
            | Action::RestoreOverlay(_)
            | Action::RestoreEnv
            | Action::RestoreFile(_) => {}
        }
    }
}
