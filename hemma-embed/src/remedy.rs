//! The remedies that this crate proposes for its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use serde::{Deserialize, Serialize};

/// The remedies for the research services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Start the forward of this name.
    StartForward(String),
    /// Show the state of the forward of this name.
    ShowForward(String),
    /// Set the version of the grammar checker for the offload server: Compose passes it on from
    /// `.env`.
    SetJarVersion,
    /// Check the grammar service, which the features need.
    CheckGrammarService,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartForward(name) => write!(f, "start the forward {name}"),
            Self::ShowForward(name) => write!(f, "look at the state of the forward {name}"),
            Self::SetJarVersion => f.write_str(
                "set the version of the grammar checker in .env, and start the server by Compose",
            ),
            Self::CheckGrammarService => f.write_str("check the grammar service"),
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-embed";
}
