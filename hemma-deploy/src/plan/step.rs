//! One step of a plan: what is done, why, and what the reason rests on.

use std::fmt;

use hemma_core::names::ServiceName;
use serde::{Deserialize, Serialize, Serializer};

use super::{Action, ContainerAction};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is done, and to what.
    pub action: Action,
    /// Why.
    pub reason: String,
    /// The stage in which it is done, where there are any.
    pub stage: Option<String>,
    /// What the reason rests on.
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

impl Step {
    /// A step that rests on nothing but what its reason says.
    pub fn new(action: Action, reason: impl Into<String>) -> Self {
        Self { action, reason: reason.into(), stage: None, cause: Cause::default() }
    }

    /// A step that builds the image of a service.
    pub fn build(service: &ServiceName, reason: impl Into<String>) -> Self {
        Self::new(Action::Build(service.clone()), reason)
    }

    /// A step that brings the container of a service to what is wanted.
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

/// A step as text: `{"action":"create network","subject":"web","reason":"it is not there"}`.
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
