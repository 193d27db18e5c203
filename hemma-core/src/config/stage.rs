//! The parts of an application that are brought up one after the other.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::names::{ServiceName, StageName};

/// A part of the application that is brought up, and seen healthy, before the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageConfig {
    /// What it is called, e.g. `infra`.
    pub name: StageName,
    /// Its compose services.
    pub services: Vec<ServiceName>,
}

impl StageConfig {
    /// The name of the last stage: every service that no other one names.
    pub const REST: &str = "rest";
}

/// Reads stages, each with a name of its own, and each service in one of them at most.
pub(super) fn distinct<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<StageConfig>, D::Error> {
    let stages = Vec::<StageConfig>::deserialize(from)?;
    let mut names = Vec::new();
    let mut homes = BTreeMap::new();
    for StageConfig { name, services } in &stages {
        if names.contains(&name) {
            return Err(D::Error::custom(format!("there are two stages `{name}`")));
        }
        names.push(name);
        for service in services {
            if let Some(other) = homes.insert(service, name) {
                let twice = format!("service `{service}` is in stage `{other}` and in `{name}`");
                return Err(D::Error::custom(twice));
            }
        }
    }
    Ok(stages)
}
