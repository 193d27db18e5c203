//! The recorded scene: what was typed, what was asked, what was answered, where it came from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A scene with its exchanges. Stored as TOML, so that a person can read, comment and review it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    /// Where the recording comes from.
    pub scene: Scene,
    /// What was asked and answered, in the order in which it ended.
    #[serde(default)]
    pub exchange: Vec<Exchange>,
}

/// What surrounds the exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What the operator typed after `cargo xtask`.
    pub typed: String,
    /// Where the answers come from.
    pub origin: Origin,
    /// The time at which it began; a replay lives at this time.
    pub now: jiff::Timestamp,
    /// The versions that answered, e.g. `docker 27.5.1`.
    pub tool: String,
    /// The `hemma.toml` of the scene.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub config: String,
}

/// Where recorded answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The real host.
    Live,
    /// The practice host: throw-away containers with the same software.
    Lab,
    /// Typed by a person, for answers that are hard to provoke.
    Hand,
}

/// One question or change and what came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The kind of question or change.
    pub kind: String,
    /// Milliseconds from the beginning of the run to its end.
    #[serde(default)]
    pub at_ms: u64,
    /// Milliseconds that it took.
    #[serde(default)]
    pub took_ms: u64,
    /// What a change said on its way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub progress: Vec<String>,
    /// The question or change itself.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub asked: Value,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// Why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

impl FromStr for Cassette {
    type Err = CassetteError;

    fn from_str(text: &str) -> Result<Self, CassetteError> {
        toml::from_str(text).map_err(|source| CassetteError { reason: source.to_string() })
    }
}

/// The text is not a cassette.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cassette: {reason}")]
pub struct CassetteError {
    reason: String,
}

impl fmt::Display for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = toml::to_string_pretty(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

/// A value as it stands on a cassette: keys sorted, and without nulls, which TOML does not have.
pub(crate) fn value_of(value: &(impl Serialize + ?Sized)) -> Value {
    // Only a map with keys that are no strings fails; no question has one.
    without_nulls(serde_json::to_value(value).unwrap_or_default())
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, it)| !it.is_null())
            .map(|(key, it)| (key, without_nulls(it)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
