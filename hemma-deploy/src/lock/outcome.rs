//! How a run under the lock ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a run under the lock ended, as the journal's last line of it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// All of it was done, and it passed its gate if it has one.
    Done,
    /// It failed, and what it had changed is as it was before.
    TakenBack,
    /// It failed, and what it had changed is still there.
    Failed,
    /// It failed before it had changed anything.
    Nothing,
    /// How the services stand could not be learned.
    Unknown,
    /// A signal ended it between two changes.
    Interrupted,
}

impl RunOutcome {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::TakenBack,
        Self::Failed,
        Self::Nothing,
        Self::Unknown,
        Self::Interrupted,
    ];

    /// Whether the host is, after this run, in a state that was proven.
    pub(super) fn leaves_nothing_open(self) -> bool {
        matches!(self, Self::Done | Self::TakenBack | Self::Nothing)
    }
}

impl fmt::Display for RunOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::TakenBack => "taken back",
            Self::Failed => "failed",
            Self::Nothing => "changed nothing",
            Self::Unknown => "outcome unknown",
            Self::Interrupted => "interrupted",
        })
    }
}
