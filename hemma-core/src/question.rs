//! The one idea: everything we learn is a [`Question`], everything we do is a [`Change`].

use std::future::Future;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Classified, ErrorClass, Live, OperatorError, Progress};

/// One look at the world. Changes nothing; may be asked again at any time.
///
/// A question is a plain value that serializes: that is how it is recorded, replayed, remembered
/// within a run, and shown as the evidence of a finding.
pub trait Question: Serialize + Send + Sync {
    /// The name of this kind of question, e.g. `docker.networks`.
    const KIND: &'static str;
    /// What was seen. "It is not there" is an answer.
    type Answer: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// Why nothing could be seen. Never "it is not there".
    type Error: std::error::Error
        + Serialize
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + From<NotRecorded>
        + 'static;

    /// The question in one line, for whoever watches.
    fn describe(&self) -> String {
        crate::value::value_of(self).to_string()
    }

    /// Looks.
    fn ask(&self, live: &Live) -> impl Future<Output = Result<Self::Answer, Self::Error>> + Send;
}

/// One change to the world.
pub trait Change: Serialize + Send + Sync {
    /// The name of this kind of change, e.g. `docker.network-create`.
    const KIND: &'static str;
    /// Whether Ctrl-C may cut it in the middle without harm (a build) or has to wait for its end.
    const CUT: Cut;
    /// What the world gave back.
    type Receipt: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// Why it did not happen, or not whole.
    type Error: std::error::Error
        + Serialize
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + From<NotRecorded>
        + 'static;

    /// The line that a plan and the journal show.
    fn describe(&self) -> String;

    /// Does it. Safe to repeat: doing it twice is the same as once.
    fn apply(
        &self,
        live: &Live,
        progress: &Progress,
    ) -> impl Future<Output = Result<Self::Receipt, Self::Error>> + Send;

    /// How much of it is done after it came back with this. A change that failed may be half done,
    /// unless it knows better: it was refused, or stopped before anything was written.
    fn extent(outcome: Result<&Self::Receipt, &Self::Error>) -> Extent {
        outcome.map_or(Extent::Half, |_| Extent::Whole)
    }
}

/// How much of a change is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// None of it: nothing was written.
    Nothing,
    /// Perhaps a part.
    Half,
    /// All of it.
    Whole,
}

impl Extent {
    /// [`Extent::Nothing`] where that is known, and else [`Extent::Half`].
    pub fn of_failure(untouched: bool) -> Self {
        if untouched { Self::Nothing } else { Self::Half }
    }
}

/// What an interruption may do to a change that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Half of it does no harm: it is dropped at once.
    AtOnce,
    /// It is let finish first.
    AfterwardsOnly,
}

/// The replayed recording holds no answer to this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the recording has no further answer to `{kind}` {asked}{}", but(.nearest.as_deref()))]
pub struct NotRecorded {
    /// The kind of question or change.
    pub kind: String,
    /// What was asked, as JSON.
    pub asked: String,
    /// The most similar thing that was recorded.
    pub nearest: Option<String>,
}

impl OperatorError for NotRecorded {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown
            .without("a replay has nothing to try: the scene has to be recorded again")
    }
}

fn but(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |it| format!("; the nearest is {it}"))
}
