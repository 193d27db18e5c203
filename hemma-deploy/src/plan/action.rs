//! The action of a step, and its subject.

use hemma_core::names::{
    CheckoutPath, ContainerName, NetworkName, OverlayFile, PgName, ServiceName, VariablesFile,
};
use hemma_git::checkout::short;
use hemma_postgres::databases;

/// The action of a step, with its subject.
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
    /// Use the `.env` that is on the host now for the release.
    AdoptEnv,
    /// Use this other file of variables that is on the host now for the release.
    AdoptFile(VariablesFile),
    /// Pull an image that the host does not have.
    PullImage(String),
    /// Pull an image whose tag names another one in its registry by now.
    UpdateImage(String),
    /// Build the image of a service.
    Build(ServiceName),
    /// Bring the container of a service to the wanted state.
    Container(ContainerAction, ServiceName),
    /// Remove a container that Compose created but could not start, because it was cut.
    Discard(ContainerName),
    /// Note this commit as the deployed one, and keep its images.
    Keep(String),
    /// Put the kept release of this commit back in place.
    RestoreRelease(String),
    /// Put the overlay of a kept release back in place.
    RestoreOverlay(OverlayFile),
    /// Put the `.env` of a kept release back in place.
    RestoreEnv,
    /// Put this other file of variables of a kept release back in place.
    RestoreFile(VariablesFile),
}

/// An action on the container of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerAction {
    /// Create and start a missing container.
    Create,
    /// Replace a container that differs from the files.
    Recreate,
    /// Replace a container that Compose would leave alone.
    Replace,
    /// Start a container that does not run.
    Start,
    /// Stop and remove a container that the files no longer ask for.
    Remove,
}

/// A statement for PostgreSQL, for the role of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The action of the statement.
    pub step: databases::Step,
    /// The role that is created, changed, or given something.
    pub role: PgName,
}

/// The effect of a step on its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// The subject is created or started.
    Add,
    /// The subject is changed.
    Change,
    /// The subject is removed.
    Remove,
}

impl Sign {
    /// The character of the sign: `+`, `~` or `-`.
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
    /// The word for the action.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Clone(_) => "clone",
            Self::Pull(_) | Self::PullImage(_) | Self::UpdateImage(_) => "pull",
            Self::CreateNetwork(_) => "create network",
            Self::RunStatement(_) => "run",
            Self::AdoptEnv | Self::AdoptFile(_) => "adopt",
            Self::Build(_) => "build",
            Self::Container(action, _) => action.word(),
            Self::Discard(_) => "discard",
            Self::Keep(_) => "keep",
            Self::RestoreRelease(_)
            | Self::RestoreOverlay(_)
            | Self::RestoreEnv
            | Self::RestoreFile(_) => "restore",
        }
    }

    /// The subject of the action, as the operator knows it.
    pub fn subject(&self) -> String {
        match self {
            Self::Clone(checkout) | Self::Pull(checkout) => checkout.to_string(),
            Self::CreateNetwork(name) => name.to_string(),
            Self::RunStatement(Statement { step, role }) => step.statement(role),
            Self::PullImage(image) | Self::UpdateImage(image) => image.clone(),
            Self::Build(service) | Self::Container(_, service) => service.to_string(),
            Self::Discard(container) => container.to_string(),
            Self::Keep(commit) | Self::RestoreRelease(commit) => short(commit).to_owned(),
            Self::RestoreOverlay(overlay) => format!("overlay {overlay}"),
            Self::AdoptEnv | Self::RestoreEnv => ".env".to_owned(),
            Self::AdoptFile(file) | Self::RestoreFile(file) => file.to_string(),
        }
    }

    /// The effect on the subject.
    pub fn sign(&self) -> Sign {
        match self {
            Self::Clone(_) | Self::CreateNetwork(_) | Self::PullImage(_) | Self::Build(_) => {
                Sign::Add
            }
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
            | Self::UpdateImage(_)
            | Self::AdoptEnv
            | Self::AdoptFile(_)
            | Self::Keep(_)
            | Self::RestoreRelease(_)
            | Self::RestoreOverlay(_)
            | Self::RestoreEnv
            | Self::RestoreFile(_) => Sign::Change,
        }
    }

    /// The service whose image or container the action is about.
    pub fn service(&self) -> Option<&ServiceName> {
        match self {
            Self::Build(service) | Self::Container(_, service) => Some(service),
            _ => None,
        }
    }

    /// The action on the container of a service, if it is one.
    pub fn container(&self) -> Option<(ContainerAction, &ServiceName)> {
        match self {
            Self::Container(action, service) => Some((*action, service)),
            _ => None,
        }
    }
}
