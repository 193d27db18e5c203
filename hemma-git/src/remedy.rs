//! The remedies that this crate proposes for its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use serde::{Deserialize, Serialize};

/// The remedies for a checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Clone the repository to the directory of the checkout.
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
