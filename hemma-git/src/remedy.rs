//! What this crate proposes to do about its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use serde::{Deserialize, Serialize};

/// What is to be done about a checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Clone the repository to where the checkout should be.
    CloneRepository,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloneRepository => f.write_str("clone the repository"),
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-git";
}
