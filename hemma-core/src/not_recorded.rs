//! The error of every question and change in a replay.

use serde::{Deserialize, Serialize};

use crate::{Classified, ErrorClass, OperatorError};

/// The error of a replay whose recording has no answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the recording has no further answer to `{kind}` {asked}{}", but(.nearest.as_deref()))]
pub struct NotRecorded {
    /// The kind of question or change.
    pub kind: String,
    /// The question or change, as JSON.
    pub asked: String,
    /// The most similar question in the recording.
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
