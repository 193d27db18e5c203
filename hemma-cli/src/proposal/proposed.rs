//! One step that would be taken, of a plan or of a command of its own.

use hemma_deploy::plan::{Action, Cause, Sign, Step};
use serde::Serialize;

use super::Noun;
use super::kind::Kind;

/// One step that would be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// A verb: `create`, `recreate`, `remove`.
    pub action: String,
    /// What it would be done to.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The stage in which it is done, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// What the reason rests on: `parts` of the configuration, `files`, `commits`.
    #[serde(flatten)]
    pub cause: Cause,
    /// What becomes of the subject.
    #[serde(skip)]
    pub(crate) sign: Sign,
    /// How it is counted.
    #[serde(skip)]
    pub(crate) kind: Kind,
    /// The stage under whose heading it is shown. A build has none: all images come first.
    #[serde(skip)]
    pub(crate) heading: Option<String>,
}

impl Proposed {
    /// A step after which there is one more of something.
    pub fn add(
        action: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::new(Sign::Add, action.into(), subject.into(), reason.into())
    }

    /// A step after which something is another.
    pub fn change(
        action: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::new(Sign::Change, action.into(), subject.into(), reason.into())
    }

    /// A step after which something is gone.
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

    /// Says what the step is counted as, and what its subject is called in a list of such.
    #[must_use]
    pub fn of(self, noun: Noun, name: impl Into<String>) -> Self {
        Self { kind: Kind::new(&self.action, noun, &name.into()), ..self }
    }
}

impl From<&Step> for Proposed {
    fn from(step: &Step) -> Self {
        let Step { action, reason, stage, cause } = step;
        let heading = stage.clone().filter(|_| !matches!(action, Action::Build(_)));
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
