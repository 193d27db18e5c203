//! The two kinds of work: what a program learns is a [`Question`], what it does is a [`Change`].

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Live, NotRecorded, Progress};

/// One look at the world. It changes nothing, and may be asked again at any time.
///
/// A question is a plain value that serializes: so it can be recorded, replayed, remembered within
/// a run, and shown as the evidence of a finding.
pub trait Question: Serialize + Send + Sync {
    /// The name of this kind of question, e.g. `docker.networks`.
    const KIND: &'static str;
    /// The answer. "It does not exist" is an answer.
    type Answer: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// Why the question could not be answered. It never means "it does not exist".
    type Error: std::error::Error
        + Serialize
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + From<NotRecorded>
        + 'static;

    /// The question in one line, for the operator.
    fn describe(&self) -> String {
        crate::value::value_of(self).to_string()
    }

    /// Looks, and returns the answer.
    fn ask(&self, live: &Live) -> impl Future<Output = Result<Self::Answer, Self::Error>> + Send;
}

/// One change to the world.
pub trait Change: Serialize + Send + Sync {
    /// The name of this kind of change, e.g. `docker.network-create`.
    const KIND: &'static str;
    /// Whether Ctrl-C may stop it in the middle without harm (a build) or has to wait for its end.
    const CANCEL: Cancel;
    /// The result of the change.
    type Receipt: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// Why the change was not made, or only in part.
    type Error: std::error::Error
        + Serialize
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + From<NotRecorded>
        + 'static;

    /// The change in one line, as a plan and the journal show it.
    fn describe(&self) -> String;

    /// Makes the change. It is safe to repeat: applying it twice has the same result as once.
    fn apply(
        &self,
        live: &Live,
        progress: &Progress,
    ) -> impl Future<Output = Result<Self::Receipt, Self::Error>> + Send;

    /// How much of the change was made, given its result. A failed change may be half made unless
    /// its error says otherwise: it was refused, or stopped before anything was written.
    fn extent(outcome: Result<&Self::Receipt, &Self::Error>) -> Applied {
        outcome.map_or(Applied::Partial, |_| Applied::Full)
    }
}

/// How much of a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Nothing was written.
    None,
    /// Perhaps a part of it was made.
    Partial,
    /// The whole change was made.
    Full,
}

impl Applied {
    /// [`Applied::None`] if nothing was touched, and otherwise [`Applied::Partial`].
    pub fn of_failure(untouched: bool) -> Self {
        if untouched { Self::None } else { Self::Partial }
    }
}

/// The effect of an interruption on a change in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// The change is dropped at once; half of it does no harm.
    Immediately,
    /// The change is finished first.
    AfterCompletion,
}
