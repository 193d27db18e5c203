//! What a step of a plan does, and to what.

use hemma_core::names::{
    CheckoutPath, ContainerName, NetworkName, OverlayFile, PgName, ServiceName,
};
use hemma_git::checkout::short;
use hemma_postgres::databases;

/// What a step does, and what it does it to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Clone the repository into this directory.
    Clone(CheckoutPath),
    /// Move this checkout forward.
    Pull(CheckoutPath),
    /// Create the external network.
    CreateNetwork(NetworkName),
    /// Run a statement in the shared PostgreSQL.
    RunStatement(Statement),
    /// Take the `.env` that lies on the host now for the release's.
    AdoptEnv,
    /// Build the image of a service.
    Build(ServiceName),
    /// Bring the container of a service to what is wanted.
    Container(ContainerAction, ServiceName),
    /// Remove a container that Compose made and was cut before it could start it.
    Discard(ContainerName),
    /// Note this commit as the deployed one, and keep its images.
    Keep(String),
    /// Put the kept release of this commit back in place.
    RestoreRelease(String),
    /// Put the overlay of a kept release back in place.
    RestoreOverlay(OverlayFile),
    /// Put the `.env` of a kept release back in place.
    RestoreEnv,
}

/// What is done to the container of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerAction {
    /// Create and start one that is not there.
    Create,
    /// Replace one that differs from what the files say.
    Recreate,
    /// Replace one that Compose would leave as it is.
    Replace,
    /// Start one that is there and does not run.
    Start,
    /// Stop and remove one that the files no longer ask for.
    Remove,
}

/// A statement that PostgreSQL is given, for the role of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub step: databases::Step,
    /// The role that it makes, changes, or gives something.
    pub role: PgName,
}

/// What becomes of the thing that a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// There is one more, or one more that runs.
    Add,
    /// It is another afterwards.
    Change,
    /// It is gone afterwards.
    Remove,
}

impl Sign {
    /// The character for it: `+`, `~` or `-`.
    pub fn mark(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::Remove => '-',
        }
    }
}

impl ContainerAction {
    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Recreate => "recreate",
            Self::Replace => "replace",
            Self::Start => "start",
            Self::Remove => "remove",
        }
    }

    fn sign(self) -> Sign {
        match self {
            Self::Create | Self::Start => Sign::Add,
            Self::Recreate | Self::Replace => Sign::Change,
            Self::Remove => Sign::Remove,
        }
    }
}

impl Action {
    /// The word for what is done.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Clone(_) => "clone",
            Self::Pull(_) => "pull",
            Self::CreateNetwork(_) => "create network",
            Self::RunStatement(_) => "run",
            Self::AdoptEnv => "adopt",
            Self::Build(_) => "build",
            Self::Container(action, _) => action.word(),
            Self::Discard(_) => "discard",
            Self::Keep(_) => "keep",
            Self::RestoreRelease(_) | Self::RestoreOverlay(_) | Self::RestoreEnv => "restore",
        }
    }

    /// What it is done to, as the operator knows it.
    pub fn subject(&self) -> String {
        match self {
            Self::Clone(checkout) | Self::Pull(checkout) => checkout.to_string(),
            Self::CreateNetwork(name) => name.to_string(),
            Self::RunStatement(Statement { step, role }) => step.statement(role),
            Self::Build(service) | Self::Container(_, service) => service.to_string(),
            Self::Discard(container) => container.to_string(),
            Self::Keep(commit) | Self::RestoreRelease(commit) => short(commit).to_owned(),
            Self::RestoreOverlay(overlay) => format!("overlay {overlay}"),
            Self::AdoptEnv | Self::RestoreEnv => ".env".to_owned(),
        }
    }

    /// What becomes of the subject.
    pub fn sign(&self) -> Sign {
        match self {
            Self::Clone(_) | Self::CreateNetwork(_) | Self::Build(_) => Sign::Add,
            Self::RunStatement(it) => match it.step {
                databases::Step::CreateRole | databases::Step::CreateDatabase(_) => Sign::Add,
                databases::Step::AllowLogin
                | databases::Step::SetPassword
                | databases::Step::GiveDatabase(_)
                | databases::Step::OpenSchema(_) => Sign::Change,
            },
            Self::Container(action, _) => action.sign(),
            Self::Discard(_) => Sign::Remove,
            Self::Pull(_)
            | Self::AdoptEnv
            | Self::Keep(_)
            | Self::RestoreRelease(_)
            | Self::RestoreOverlay(_)
            | Self::RestoreEnv => Sign::Change,
        }
    }

    /// The service whose image or container it is about.
    pub fn service(&self) -> Option<&ServiceName> {
        match self {
            Self::Build(service) | Self::Container(_, service) => Some(service),
            _ => None,
        }
    }

    /// What is done to the container of a service, where it is about one.
    pub fn container(&self) -> Option<(ContainerAction, &ServiceName)> {
        match self {
            Self::Container(action, service) => Some((*action, service)),
            _ => None,
        }
    }
}
