//! The outcome of a run under the lock.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The outcome of a run under the lock, as in its last line of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// All steps were done, and the gate passed if there is one.
    Done,
    /// The run failed, and its changes were taken back.
    TakenBack,
    /// The run failed, and its changes are still there.
    Failed,
    /// The run failed before it changed anything.
    Nothing,
    /// The state of the services could not be seen.
    Unknown,
    /// A signal ended the run between two changes.
    Interrupted,
}

impl RunOutcome {
    /// All outcomes.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::TakenBack,
        Self::Failed,
        Self::Nothing,
        Self::Unknown,
        Self::Interrupted,
    ];

    /// Whether the host is in a proven state after this run.
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
