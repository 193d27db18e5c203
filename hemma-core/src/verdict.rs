//! What a look says of its subject.

use serde::{Deserialize, Serialize};

/// The three verdicts. They are ordered by importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It was looked at and is as it should be.
    Pass,
    /// It was looked at and is wrong.
    Fail,
    /// It could not be looked at.
    Unknown,
}

impl Verdict {
    /// `pass`, `FAIL` or `?`: a word, so that logs and screen readers keep it.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::Unknown => "?",
        }
    }
}
