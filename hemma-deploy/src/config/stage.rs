//! `[[stage]]`: the parts of an application that are brought up one after the other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{ServiceName, StageName};

/// A part of the application that is brought up, and seen healthy, before the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageConfig {
    /// What it is called, e.g. `infra`.
    pub name: StageName,
    /// Its compose services.
    #[schemars(length(min = 1))]
    pub services: Vec<ServiceName>,
}

impl StageConfig {
    /// The name of the last stage: every service that no other one names.
    pub const REST: &str = StageName::REST;
}
