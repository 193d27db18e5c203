//! The PostgreSQL server, and the role and databases that an application needs on it.

use hemma_core::Host;
use hemma_core::names::{CheckoutPath, ContainerName, EnvKey, PgName};
use serde::{Deserialize, Serialize};

/// A PostgreSQL server in a container, and its administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The host.
    pub host: Host,
    /// The container.
    pub container: ContainerName,
    /// The superuser.
    pub administrator: PgName,
}

/// The role and databases that an application needs: the role logs in with the password of the
/// `.env` and owns the databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSpec {
    /// The PostgreSQL server.
    pub server: Server,
    /// The checkout, whose `.env` is used.
    pub checkout: CheckoutPath,
    /// The role.
    pub role: PgName,
    /// The key of its password in the `.env`.
    pub password_key: EnvKey,
    /// The databases.
    pub databases: Vec<PgName>,
}
