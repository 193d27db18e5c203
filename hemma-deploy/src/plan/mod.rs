//! What a deploy would do, in order, each step with its reason. Pure: no look, no clock.

mod container;
mod differences;
#[cfg(test)]
mod engine;
mod image_inputs;
mod moved;
mod services;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use image_inputs::ImageInputs;
pub use moved::moved;
pub(crate) use services::{Base, Seen, image_named, service_steps, to_compare};

/// The steps of a deploy, in the order in which they are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// To what: a service, a network, the checkout.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The stage in which it is done, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// What the reason rests on.
    #[serde(flatten)]
    pub cause: Cause,
}

/// What the reason of a step rests on, whole, where the sentence has room for a part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// Parts of the configuration that differ: `environment.NAME`, `ports`. Names, never values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// Files that an image is made from, and that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The commits that changed them, newest first: short id and subject.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Clone the repository.
    Clone,
    /// Move the checkout forward.
    Pull,
    /// Create the external network.
    CreateNetwork,
    /// Run a statement in the shared PostgreSQL.
    RunStatement,
    /// Take the `.env` that lies on the host now for the release's.
    AdoptEnv,
    /// Build a service's image.
    Build,
    /// Create and start a container that is not there.
    Create,
    /// Replace a container that differs from what the files say.
    Recreate,
    /// Replace a container that Compose would leave as it is.
    Replace,
    /// Start a container that is there and does not run.
    Start,
    /// Stop and remove a container that the files no longer ask for.
    Remove,
    /// Remove a container that Compose made and was cut before it could start it.
    Discard,
    /// Note the commit as the deployed one, and keep its images.
    Keep,
    /// Put a kept release back in place.
    Restore,
}

impl Action {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clone => "clone",
            Self::Pull => "pull",
            Self::CreateNetwork => "create network",
            Self::RunStatement => "run",
            Self::AdoptEnv => "adopt",
            Self::Build => "build",
            Self::Create => "create",
            Self::Recreate => "recreate",
            Self::Replace => "replace",
            Self::Start => "start",
            Self::Remove => "remove",
            Self::Discard => "discard",
            Self::Keep => "keep",
            Self::Restore => "restore",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.action.word(), self.subject, self.reason)
    }
}

impl Step {
    pub(crate) fn new(
        action: Action,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        let (subject, reason) = (subject.into(), reason.into());
        Self { action, subject, reason, stage: None, cause: Cause::default() }
    }

    pub(crate) fn because(self, cause: Cause) -> Self {
        Self { cause, ..self }
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The subjects of the steps that do `action`.
    pub fn subjects(&self, action: Action) -> Vec<String> {
        self.steps.iter().filter(|it| it.action == action).map(|it| it.subject.clone()).collect()
    }
}
