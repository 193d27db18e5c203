//! `hemma.toml`: what the runbook hard-codes, with the runbook's values as defaults.

mod check;
mod compose;
mod database;
mod deploy;
mod document;
mod edge;
mod env;
mod error;
mod fault;
mod forward;
mod host;
mod overlaid;
mod public;
mod reader;
mod repository;
mod rules;
mod specs;
mod stage;
mod syntax;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use compose::{ComposeConfig, Derived};
pub use database::DatabaseConfig;
pub use deploy::{DeployConfig, ReturnAfter, ReturnAfterError};
pub use edge::EdgeConfig;
pub use env::EnvConfig;
pub use error::{ConfigError, ConfigProblem};
pub use forward::ForwardConfig;
pub use host::HostConfig;
pub use overlaid::overlaid;
pub use public::PublicName;
pub use repository::RepositoryConfig;
pub use stage::StageConfig;

/// The settings of one application on one host. Every field has the runbook's value as default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The server.
    pub host: HostConfig,
    /// Where the code comes from.
    pub repository: RepositoryConfig,
    /// The compose project.
    pub compose: ComposeConfig,
    /// The names that the public reaches.
    pub public: Vec<PublicName>,
    /// How the public reaches them.
    pub edge: EdgeConfig,
    /// The shared database.
    pub database: DatabaseConfig,
    /// The `.env` file beside the compose files.
    pub env: EnvConfig,
    /// Localhost-only services that are reached through ssh.
    pub forward: Vec<ForwardConfig>,
    /// The stages of a deploy, in order. Services in none belong to the last one, `rest`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<StageConfig>,
    /// How a deploy is made.
    #[serde(skip_serializing_if = "is_default")]
    pub deploy: DeployConfig,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: HostConfig::default(),
            repository: RepositoryConfig::default(),
            compose: ComposeConfig::default(),
            public: public::usual(),
            edge: EdgeConfig::default(),
            database: DatabaseConfig::default(),
            env: EnvConfig::default(),
            forward: forward::usual(),
            stage: Vec::new(),
            deploy: DeployConfig::default(),
        }
    }
}

impl Config {
    /// Reads a `hemma.toml`: the settings, or everything that is wrong with them. `path` is only for
    /// the error's sake.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        check::read(text, path)
    }

    /// A file with more bytes than this is refused.
    pub const BYTES_MAX: usize = check::BYTES_MAX;

    /// Reads the bytes of a `hemma.toml`, which may be no text at all.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, ConfigError> {
        check::read_bytes(bytes, path)
    }

    /// The JSON schema, for editors.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Config).to_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_runbook() {
        let config = Config::parse("", Path::new("hemma.toml")).expect("empty is fine");
        assert_eq!(config.host.alias.as_str(), "hemma");
        assert_eq!(config.host.checkout.as_str(), "~/apps/huleedu");
        assert_eq!(config.compose.network.as_str(), "hule-network");
        assert_eq!(config.public.len(), 3);
        assert_eq!(config.forward[1].local, 19000);
    }

    #[test]
    fn what_is_written_reads_back() {
        let config = Config::parse("", Path::new("x")).expect("empty is fine");
        let text = toml::to_string_pretty(&config).expect("plain values");
        assert_eq!(Config::parse(&text, Path::new("x")).expect("our own words"), config);
    }
}
