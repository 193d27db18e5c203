//! Where PostgreSQL is, and what an application needs of it.

use hemma_core::Host;
use hemma_core::names::{CheckoutPath, ContainerName, EnvKey, PgName};
use serde::{Deserialize, Serialize};

/// Where PostgreSQL is, and as whom it is administered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The host.
    pub host: Host,
    /// The container.
    pub container: ContainerName,
    /// The superuser.
    pub administrator: PgName,
}

/// What an application needs of a PostgreSQL: a role that gets in with the password of its `.env`,
/// and databases of that role's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSpec {
    /// Where PostgreSQL is.
    pub server: Server,
    /// Where the `.env` is.
    pub checkout: CheckoutPath,
    /// The role.
    pub role: PgName,
    /// The key of its password in the `.env`.
    pub password_key: EnvKey,
    /// The databases.
    pub databases: Vec<PgName>,
}
