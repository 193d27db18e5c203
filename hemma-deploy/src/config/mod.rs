//! `hemma.toml`: the settings of one application on one host.
//!
//! The defaults are neutral: what a file does not name is not asked for and not made.

mod check;
mod compose;
mod database;
mod deploy;
mod destinations;
mod document;
mod edge;
mod env;
mod error;
mod fault;
mod forward;
mod host;
mod images;
mod offload;
mod overlaid;
mod public;
mod read;
mod reader;
mod repository;
mod rules;
mod service;
mod specs;
mod stage;
mod status_code;
mod surroundings;
mod syntax;

use std::collections::BTreeMap;

use hemma_core::names::{DestinationName, ServiceName};
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
pub use images::{ImageUpdate, ImagesConfig};
pub use offload::OffloadConfig;
pub use overlaid::overlaid;
pub use public::{Expectation, PublicName};
pub use repository::RepositoryConfig;
pub use service::{Kind, ServiceConfig};
pub use stage::StageConfig;
pub use status_code::StatusCode;
pub use surroundings::{EnvTemplate, Surroundings};

/// The settings of one application on one host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The server.
    pub host: HostConfig,
    /// Where the code comes from.
    pub repository: RepositoryConfig,
    /// The compose project.
    pub compose: ComposeConfig,
    /// What the compose files leave open about single services, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<ServiceName, ServiceConfig>,
    /// The names that the public reaches.
    pub public: Vec<PublicName>,
    /// How the public reaches them.
    pub edge: EdgeConfig,
    /// The shared database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseConfig>,
    /// The `.env` file beside the compose files.
    pub env: EnvConfig,
    /// Localhost-only services that are reached through ssh.
    pub forward: Vec<ForwardConfig>,
    /// The embedding server, where the application has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offload: Option<OffloadConfig>,
    /// The stages of a deploy, in order. Services in none belong to the last one, `rest`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<StageConfig>,
    /// Images that come from registries.
    #[serde(skip_serializing_if = "is_default")]
    pub images: ImagesConfig,
    /// How a deploy is made.
    #[serde(skip_serializing_if = "is_default")]
    pub deploy: DeployConfig,
    /// The destination whose values are in force, if one was chosen.
    #[serde(skip)]
    pub destination: Option<DestinationName>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Config {
    /// The JSON schema of `hemma.toml`, for editors.
    pub fn schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Config).to_value();
        let destinations = serde_json::json!({
            "description": "Other values for the same application in another place, by its name; `-d NAME` chooses one.",
            "type": "object",
            "additionalProperties": { "$ref": "#" },
        });
        if let Some(properties) = schema.get_mut("properties").and_then(|it| it.as_object_mut()) {
            properties.insert("destination".to_owned(), destinations);
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parsed(text: &str, surroundings: &Surroundings) -> Config {
        Config::parse_in(text, Path::new("x"), surroundings).expect("it is right")
    }

    #[test]
    fn an_empty_file_asks_for_nothing() {
        let config = parsed("", &Surroundings::default());
        assert!(!config.host.is_named());
        assert_eq!(
            (&config.compose.network, &config.database, &config.edge.host),
            (&None, &None, &None)
        );
        assert!(config.public.is_empty() && config.forward.is_empty());
        assert!(!config.env.needs_file() && config.env.refused.is_empty());
        let text = toml::to_string(&config).expect("plain values");
        assert!(!text.contains("alias"), "{text}");
    }

    #[test]
    fn what_the_file_does_not_say_is_taken_from_the_repository_around_it() {
        let surroundings = Surroundings {
            directory: Some("Corner Shop".to_owned()),
            compose_files: vec!["docker-compose.yml".parse().expect("a file")],
            project: Some("shop-live".parse().expect("a project")),
            env_template: Some(EnvTemplate { file: ".env.example".to_owned(), keys: Vec::new() }),
            branch: Some("trunk".parse().expect("a branch")),
            remote: Some("https://git.example.org/shop.git".parse().expect("a remote")),
        };
        let config = parsed("[host]\nalias = \"far\"\n", &surroundings);
        assert_eq!(config.host.checkout, "~/apps/Corner Shop");
        assert_eq!(config.compose.files, ["docker-compose.yml"]);
        assert!(!config.compose.files_are_guessed.0);
        assert_eq!(config.env.template, surroundings.env_template);
        assert!(parsed("", &Surroundings::default()).compose.files_are_guessed.0);
        assert_eq!(config.compose.project, "shop-live");
        assert_eq!(config.repository.branch.as_str(), "trunk");
        assert_eq!(config.repository.remote, surroundings.remote);
        let text = "[host]\ncheckout = \"/srv/shop\"\n[compose]\nfiles = [\"a.yml\"]\n\
                    [repository]\nbranch = \"main\"\n";
        let config = parsed(text, &surroundings);
        assert_eq!(config.host.checkout, "/srv/shop");
        // The name is from another file.
        assert_eq!(
            (config.compose.files, config.compose.project),
            (vec!["a.yml".parse().expect("a file")], "shop".parse().expect("a project"))
        );
        assert_eq!(config.repository.branch.as_str(), "main");
    }

    #[test]
    fn what_is_written_reads_back() {
        let config = Config::parse("", Path::new("x")).expect("empty is fine");
        let text = toml::to_string_pretty(&config).expect("plain values");
        assert_eq!(Config::parse(&text, Path::new("x")).expect("our own words"), config);
    }
}
