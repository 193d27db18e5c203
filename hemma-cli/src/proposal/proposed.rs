//! A proposed step, of a plan or of a command.

use hemma_deploy::plan::{Action, Cause, Sign, Step};
use serde::Serialize;

use super::Noun;
use super::kind::Kind;

/// A proposed step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// The verb: `create`, `recreate`, `remove`.
    pub action: String,
    /// The subject.
    pub subject: String,
    /// The reason.
    pub reason: String,
    /// The stage of the step, if there are stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The facts behind the reason: `parts` of the configuration, `files`, `commits`.
    #[serde(flatten)]
    pub cause: Cause,
    /// The effect on the subject.
    #[serde(skip)]
    pub(crate) sign: Sign,
    /// The kind, for counting.
    #[serde(skip)]
    pub(crate) kind: Kind,
    /// The stage under whose heading it is shown. An image has none: all images come first.
    #[serde(skip)]
    pub(crate) heading: Option<String>,
}

impl Proposed {
    /// A step that adds something.
    pub fn add(
        action: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::new(Sign::Add, action.into(), subject.into(), reason.into())
    }

    /// A step that changes something.
    pub fn change(
        action: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::new(Sign::Change, action.into(), subject.into(), reason.into())
    }

    /// A step that removes something.
    pub fn remove(
        action: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::new(Sign::Remove, action.into(), subject.into(), reason.into())
    }

    fn new(sign: Sign, action: String, subject: String, reason: String) -> Self {
        let kind = Kind::new(&action, Noun::STEP, &subject);
        let (stage, cause, heading) = (None, Cause::default(), None);
        Self { action, subject, reason, stage, cause, sign, kind, heading }
    }

    /// Sets the noun of the step, and its subject's name in a list of such.
    #[must_use]
    pub fn of(self, noun: Noun, name: impl Into<String>) -> Self {
        Self { kind: Kind::new(&self.action, noun, &name.into()), ..self }
    }
}

impl From<&Step> for Proposed {
    fn from(step: &Step) -> Self {
        let Step { action, reason, stage, cause } = step;
        let is_image =
            matches!(action, Action::Build(_) | Action::PullImage(_) | Action::UpdateImage(_));
        let heading = stage.clone().filter(|_| !is_image);
        Self {
            action: action.word().to_owned(),
            subject: action.subject(),
            reason: reason.clone(),
            stage: stage.clone(),
            cause: cause.clone(),
            sign: action.sign(),
            kind: Kind::from(action),
            heading,
        }
    }
}
