//! The databases of an application in the PostgreSQL that several share.
//!
//! Runbook: day 2, step 4.
//!
//! Invariant: nothing here drops anything, and nothing takes a database from a role that is not a
//! superuser.

mod change;
mod ensure;
mod error;
mod look;
pub(crate) mod sql;
mod state;
mod steps;
mod verify;

use hemma_core::config::{ContainerName, PgName};
use hemma_core::{Config, Host};
use serde::{Deserialize, Serialize};

pub use change::TakeStep;
pub use ensure::{Error, Outcome, Wanted, ensure, look, plan, wanted};
pub(crate) use ensure::{missing, take, wanted_in};
pub use error::{DatabaseError, NoPassword};
pub use look::LookDatabases;
pub(crate) use look::refused_by_sudo;
pub use state::{Database, Databases, Login, Role};
pub use steps::{Step, steps};
pub use verify::{findings, verify};
pub(crate) use verify::{of_error, unmended};

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

impl Server {
    /// The one that `hemma.toml` names.
    pub fn new(config: &Config) -> Self {
        Self {
            host: config.host.alias.clone(),
            container: config.database.container.clone(),
            administrator: config.database.administrator.clone(),
        }
    }
}
