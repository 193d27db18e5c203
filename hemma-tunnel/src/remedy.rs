//! The remedies that this crate proposes for its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use serde::{Deserialize, Serialize};

/// The remedies for forwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Start the forwards.
    Start,
    /// Close the forwards and open them again.
    Restart,
    /// Read the log of the tunnel.
    ShowLogs,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start the forwards"),
            Self::Restart => f.write_str("close the forwards and open them again"),
            Self::ShowLogs => f.write_str("read the log of the tunnel"),
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-tunnel";
}
