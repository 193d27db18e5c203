//! A recording in memory: the scene, and each question and change with its result.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A scene with its exchanges. Its text is TOML, so that a person can read, comment and review it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cassette {
    /// Where the recording comes from.
    pub scene: Scene,
    /// The questions and changes with their answers. Exchanges that ran at the same time form a
    /// round; rounds are in the order of time, and exchanges within a round are sorted by question.
    pub exchange: Vec<Exchange>,
}

/// The description of a recording: everything except the exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What the operator typed after the name of the program.
    pub typed: String,
    /// The origin of the answers.
    pub origin: Origin,
    /// The time at which the run began. A replay uses it as the current time.
    pub now: jiff::Timestamp,
    /// The versions of the programs that answered, e.g. `docker 27.5.1`.
    pub tool: String,
    /// The `hemma.toml` of the scene.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub config: String,
}

/// The origin of recorded answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The real host.
    Live,
    /// The practice host: throw-away containers with the same software.
    Lab,
    /// Written by a person, for answers that are hard to provoke.
    Hand,
}

/// One question or change and its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The kind of question or change.
    pub kind: String,
    /// Milliseconds from the start of the run to the end of this exchange.
    pub at_ms: u64,
    /// The duration in milliseconds; 0 if the scene does not show it.
    pub took_ms: u64,
    /// The progress messages of a change.
    pub progress: Vec<String>,
    /// The question or change itself.
    pub asked: Value,
    /// The answer, if there was one.
    pub answer: Option<Value>,
    /// The error, if there was no answer.
    pub error: Option<Value>,
}

#[cfg(test)]
impl Exchange {
    /// An exchange of this kind with all other fields empty.
    pub(crate) fn of(kind: &str) -> Self {
        let (progress, asked) = (Vec::new(), Value::Null);
        let (kind, at_ms, took_ms) = (kind.to_owned(), 0, 0);
        Self { kind, at_ms, took_ms, progress, asked, answer: None, error: None }
    }
}
