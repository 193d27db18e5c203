//! One step of a plan: the action, the reason, and the cause of the reason.

use std::fmt;

use hemma_core::names::ServiceName;
use serde::{Deserialize, Serialize, Serializer};

use super::{Action, ContainerAction};

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The action, with its subject.
    pub action: Action,
    /// The reason.
    pub reason: String,
    /// The stage of the step, if the application has stages.
    pub stage: Option<String>,
    /// The facts behind the reason.
    pub cause: Cause,
}

/// The facts behind the reason of a step in full, where the sentence has room for only some.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// The parts of the configuration that differ: `environment.NAME`, `ports`. Names, never
    /// values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// The changed files that an image is made from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The commits that changed those files, newest first: short id and subject.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
}

impl Step {
    /// A step without facts beyond its reason.
    pub fn new(action: Action, reason: impl Into<String>) -> Self {
        Self { action, reason: reason.into(), stage: None, cause: Cause::default() }
    }

    /// A step that pulls an image that the host does not have.
    pub fn pull_image(image: &str) -> Self {
        Self::new(Action::PullImage(image.to_owned()), "the host does not have it")
    }

    /// A step that builds the image of a service.
    pub fn build(service: &ServiceName, reason: impl Into<String>) -> Self {
        Self::new(Action::Build(service.clone()), reason)
    }

    /// A step for the container of a service.
    pub fn container(
        action: ContainerAction,
        service: &ServiceName,
        reason: impl Into<String>,
    ) -> Self {
        Self::new(Action::Container(action, service.clone()), reason)
    }

    pub(crate) fn because(self, cause: Cause) -> Self {
        Self { cause, ..self }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.action.word(), self.action.subject(), self.reason)
    }
}

/// Serializes as text: `{"action":"create network","subject":"web","reason":"it is not there"}`.
impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Words<'s> {
            action: &'static str,
            subject: String,
            reason: &'s str,
            #[serde(skip_serializing_if = "Option::is_none")]
            stage: Option<&'s str>,
            #[serde(flatten)]
            cause: &'s Cause,
        }
        let Self { action, reason, stage, cause } = self;
        let (word, subject) = (action.word(), action.subject());
        Words { action: word, subject, reason, stage: stage.as_deref(), cause }
            .serialize(serializer)
    }
}
