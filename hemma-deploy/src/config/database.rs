//! `[database]`: the PostgreSQL that several applications share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{ContainerName, EnvKey, PgName};

/// The shared database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// The container in which PostgreSQL runs.
    pub container: ContainerName,
    /// The administrator as whom roles and databases are made, through the container's own socket.
    pub administrator: PgName,
    /// The role that owns the databases.
    pub role: PgName,
    /// The name of the key in `.env` that holds the role's name, which must be the one above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_key: Option<EnvKey>,
    /// The name of the key in `.env` that holds the role's password. Never a value.
    pub password_key: EnvKey,
    /// Databases beyond those that the compose files name in their header comments.
    pub databases: Vec<PgName>,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        let name = |text: &str| text.parse().expect("a plain word is a name in PostgreSQL");
        let key = |text: &str| text.parse().expect("a plain word is a key");
        Self {
            container: "shared-postgres".parse().expect("a plain word names a container"),
            administrator: name("postgres"),
            role: name("huleedu_user"),
            role_key: Some(key("HULEEDU_DB_USER")),
            password_key: key("HULEEDU_PROD_DB_PASSWORD"),
            databases: Vec::new(),
        }
    }
}
