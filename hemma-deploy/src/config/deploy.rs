//! `[deploy]`: how a deploy is made.

use std::borrow::Cow;
use std::time::Duration;

use hemma_core::{Classified, ErrorClass, OperatorError};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// How a deploy is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeployConfig {
    /// How long a deploy that has not passed its gate may be left alone, e.g. `10m`: where the
    /// operator's connection is gone for that long, the host itself goes back to what ran before.
    /// Without it, the host waits for the next command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_after: Option<ReturnAfter>,
}

/// A time from 10 seconds to a day, as in `90s`, `10m` or `1h 30m`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReturnAfter {
    text: String,
    time: Duration,
}

/// Why a text is not such a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be a waiting time: write 10 seconds to a day, as in `90s`, `10m` or `1h`")]
pub struct ReturnAfterError(String);

impl OperatorError for ReturnAfterError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}

impl ReturnAfter {
    const SHORTEST: Duration = Duration::from_secs(10);
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    /// The time as a duration.
    pub fn time(&self) -> Duration {
        self.time
    }
}

impl TryFrom<String> for ReturnAfter {
    type Error = ReturnAfterError;

    fn try_from(text: String) -> Result<Self, ReturnAfterError> {
        let time = text.parse::<jiff::SignedDuration>().ok();
        let time = time.and_then(|it| Duration::try_from(it).ok());
        match time.filter(|it| (Self::SHORTEST..=Self::LONGEST).contains(it)) {
            Some(time) => Ok(Self { text, time }),
            None => Err(ReturnAfterError(text.escape_debug().to_string())),
        }
    }
}

impl From<ReturnAfter> for String {
    fn from(it: ReturnAfter) -> Self {
        it.text
    }
}

impl JsonSchema for ReturnAfter {
    fn schema_name() -> Cow<'static, str> {
        "ReturnAfter".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["90s", "10m", "1h 30m"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        let read =
            |text: &str| ReturnAfter::try_from(text.to_owned()).map(|it| it.time().as_secs());
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h 30m", 5400), ("PT1H", 3600)] {
            assert_eq!(read(text), Ok(seconds), "{text}");
        }
        for text in ["", "10", "ten minutes", "-10m", "9s", "25h", "1y", "10m; rm -rf /"] {
            let said = read(text).expect_err(text).to_string();
            assert!(said.contains("as in `90s`"), "{said}");
        }
    }
}
