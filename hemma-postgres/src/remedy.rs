//! The remedies that this crate proposes for its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use hemma_core::names::EnvKey;
use serde::{Deserialize, Serialize};

/// The remedies for an application's databases and their dumps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Create the role and the databases, and give them to the role.
    CreateDatabases,
    /// List the databases that the application should have.
    ListDatabases,
    /// Check the `.env` that has the role's password.
    CheckEnvFile,
    /// Give a variable of `.env` a value.
    SetEnv(EnvKey),
    /// Free disk space where the dump goes, or choose another directory for it.
    FreeDiskSpace,
    /// Choose another directory for the dump.
    ChooseDirectory,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateDatabases => f.write_str("create the role and the databases"),
            Self::ListDatabases => f.write_str("list the databases"),
            Self::CheckEnvFile => f.write_str("check the .env that has the password"),
            Self::SetEnv(key) => write!(f, "give {key} a value in .env"),
            Self::FreeDiskSpace => f.write_str("free disk space, or choose another directory"),
            Self::ChooseDirectory => f.write_str("choose another directory"),
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-postgres";
}
