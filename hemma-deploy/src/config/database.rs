//! `[database]`: the PostgreSQL that several applications share.

use hemma_core::Host;
use hemma_core::names::{ContainerName, EnvKey, PgName};
use hemma_postgres::databases::Server;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shared database. Without this table, no database is asked for and none is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// The container in which PostgreSQL runs.
    pub container: ContainerName,
    /// The administrator as whom roles and databases are made, through the container's own socket.
    #[serde(default = "usual_administrator")]
    pub administrator: PgName,
    /// The role that owns the databases.
    pub role: PgName,
    /// The name of the key in `.env` that holds the role's name, which must be the one above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_key: Option<EnvKey>,
    /// The name of the key in `.env` that holds the role's password. Never a value.
    pub password_key: EnvKey,
    /// Databases beyond those that the compose files name in their header comments.
    #[serde(default)]
    pub databases: Vec<PgName>,
}

/// The administrator's name in PostgreSQL's own image.
fn usual_administrator() -> PgName {
    "postgres".parse().expect("a plain word is a name in PostgreSQL")
}

impl DatabaseConfig {
    /// The database server on a host.
    pub fn server(&self, host: &Host) -> Server {
        Server {
            host: host.clone(),
            container: self.container.clone(),
            administrator: self.administrator.clone(),
        }
    }
}
