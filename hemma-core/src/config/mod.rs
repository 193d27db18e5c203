//! `hemma.toml`: what the runbook hard-codes, with the runbook's values as defaults.

mod database;
mod deploy;
mod edge;
mod env;
mod error;
mod names;
mod stage;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use database::DatabaseConfig;
pub use deploy::{DeployConfig, ReturnAfter, ReturnAfterError};
pub use edge::EdgeConfig;
pub use env::EnvConfig;
pub use error::ConfigError;
pub use names::{
    CheckoutPath, ComposeFile, ContainerName, EnvKey, HostDirectory, NameError, NetworkName,
    OverlayFile, PgName, ProjectName,
};
pub use stage::StageConfig;

use crate::Host;

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
    #[serde(deserialize_with = "stage::distinct", skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<StageConfig>,
    /// How a deploy is made.
    #[serde(skip_serializing_if = "is_default")]
    pub deploy: DeployConfig,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostConfig {
    /// An entry of the operator's own ssh configuration.
    #[schemars(with = "String")]
    pub alias: Host,
    /// Where the repository is checked out on the host.
    pub checkout: CheckoutPath,
    /// Another ssh configuration file on this machine, instead of `~/.ssh/config`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_config: Option<std::path::PathBuf>,
}

/// Where the code comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RepositoryConfig {
    /// The git remote, as the host reaches it. Without it only an existing checkout can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The branch that is live.
    pub branch: String,
}

/// The compose project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ComposeConfig {
    /// The project name. Given to every call: Compose would take the directory's name otherwise.
    pub project: ProjectName,
    /// The compose files in order, relative to the checkout. Given to every call.
    pub files: Vec<ComposeFile>,
    /// Further files, added for the research services.
    pub research: Vec<ComposeFile>,
    /// A compose file of the operator's own, for what the repository cannot mend. It lies beside the
    /// checkout on the host and comes after all others; paths in it are relative to the checkout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<OverlayFile>,
    /// Profiles that are switched on.
    pub profiles: Vec<String>,
    /// The external network that the reverse proxy shares.
    pub network: NetworkName,
}

/// A name that the public reaches, and the service behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicName {
    /// The DNS name.
    pub name: String,
    /// The compose service that answers, which is also what its health body calls itself.
    pub service: String,
    /// The path that is asked with GET.
    #[serde(default = "healthz")]
    pub health: String,
}

/// A localhost-only service on the host, and where it appears on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForwardConfig {
    /// What it is called, e.g. `language-tool`.
    pub name: String,
    /// The compose service behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The port on this machine.
    pub local: u16,
    /// The port on the host.
    pub remote: u16,
    /// The path whose answer proves that the service is there.
    #[serde(default = "healthz")]
    pub probe: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: HostConfig::default(),
            repository: RepositoryConfig::default(),
            compose: ComposeConfig::default(),
            public: public_names(),
            edge: EdgeConfig::default(),
            database: DatabaseConfig::default(),
            env: EnvConfig::default(),
            forward: forwards(),
            stage: Vec::new(),
            deploy: DeployConfig::default(),
        }
    }
}

impl Default for HostConfig {
    fn default() -> Self {
        let alias = "hemma".parse().expect("a plain word is a host alias");
        Self { alias, checkout: CheckoutPath::default(), ssh_config: None }
    }
}

impl Default for RepositoryConfig {
    fn default() -> Self {
        Self { remote: None, branch: "main".to_owned() }
    }
}

impl Default for ComposeConfig {
    fn default() -> Self {
        let file = |name: &str| name.parse().expect("a plain file name is a compose file");
        Self {
            project: ProjectName::default(),
            files: vec![file("docker-compose.hemma.yml"), file("docker-compose.prod.yml")],
            research: vec![file("docker-compose.hemma.research.yml")],
            overlay: None,
            profiles: Vec::new(),
            network: NetworkName::default(),
        }
    }
}

fn healthz() -> String {
    "/healthz".to_owned()
}

fn public_names() -> Vec<PublicName> {
    let rows = [
        ("api.huleedu.hule.education", "api_gateway_service"),
        ("huleedu.hule.education", "bff_teacher_service"),
        ("ws.huleedu.hule.education", "websocket_service"),
    ];
    let public = |(name, service): (&str, &str)| PublicName {
        name: name.to_owned(),
        service: service.to_owned(),
        health: healthz(),
    };
    rows.map(public).to_vec()
}

fn forwards() -> Vec<ForwardConfig> {
    let rows = [
        ("language-tool", "language_tool_service", 18085, 8085),
        ("embeddings", "essay_embed_offload", 19000, 9000),
    ];
    let forward = |(name, service, local, remote): (&str, &str, u16, u16)| ForwardConfig {
        name: name.to_owned(),
        service: Some(service.to_owned()),
        local,
        remote,
        probe: healthz(),
    };
    rows.map(forward).to_vec()
}

impl Config {
    /// Reads a `hemma.toml`. `path` is only for the error's sake.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|source| ConfigError::new(path, text, &source))
    }

    /// The JSON schema, for editors.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Config).to_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Config::parse(text, Path::new("hemma.toml")).expect_err("it must be refused").to_string()
    }

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
    fn an_error_points_at_its_place() {
        let rows = [
            ("[host]\nalais = \"x\"\n", "hemma.toml:2:1: unknown field `alais`"),
            ("[host]\nalias = 7\n", "hemma.toml:2:9: invalid type: integer `7`"),
            (
                "[host]\nalias = \"-oProxyCommand=x\"\n",
                "hemma.toml:2:9: `-oProxyCommand=x` cannot be a host alias",
            ),
            ("[compose]\nnetwork = \"a b\"\n", "hemma.toml:2:11: `a b` cannot be a network name"),
            (
                "[compose]\nfiles = [\"/etc/passwd\"]\n",
                "hemma.toml:2:9: `/etc/passwd` cannot be a compose file",
            ),
            (
                "[compose]\noverlay = \"../o.yml\"\n",
                "hemma.toml:2:11: `../o.yml` cannot be an overlay file",
            ),
            ("[env]\nrequired = [\"A B\"]\n", "hemma.toml:2:12: `A B` cannot be a key of .env"),
            ("[database]\nrole = \"\"\n", "hemma.toml:2:8: `` cannot be a name in PostgreSQL"),
            (
                "[[stage]]\nname = \"rest\"\nservices = []\n",
                "hemma.toml:1:1: `rest` cannot be a stage",
            ),
            (
                "[[stage]]\nname = \"a\"\nservices = [\"s\"]\n[[stage]]\nname = \"b\"\nservices = [\"s\"]\n",
                "hemma.toml:1:1: service `s` is in stage `a` and in `b`",
            ),
            ("[host\n", "hemma.toml:1:6:"),
        ];
        for (text, expected) in rows {
            let said = error(text);
            assert!(said.starts_with(expected), "{text:?} gave {said:?}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let config = Config::parse("", Path::new("x")).expect("empty is fine");
        let text = toml::to_string_pretty(&config).expect("plain values");
        assert_eq!(Config::parse(&text, Path::new("x")).expect("our own words"), config);
    }
}
