//! The remedies that this crate proposes for its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use hemma_core::names::DomainName;
use serde::{Deserialize, Serialize};

/// The remedies for the proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Find out why the proxy does not have a public name, although its service runs.
    CheckPublicName(DomainName),
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckPublicName(name) => write!(f, "find out why the proxy does not know {name}"),
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-ingress";
}
