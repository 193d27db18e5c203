//! Dumps of single databases by `pg_dump`. A dump is complete or does not exist.
//!
//! A dump is streamed into a temporary file in the same directory, checked, and then given its
//! unused name. An interruption at any point leaves no incomplete file under that name.
//!
//! Invariant: no password is asked for or sent. The administrator connects over the container's own
//! socket.

mod dump;
mod error;
mod evidence;
mod here;
mod name;
mod script;
mod sources;
mod there;

use std::path::PathBuf;

use hemma_core::names::HostDirectory;
use serde::{Deserialize, Serialize};

pub use dump::{Dump, Dumped};
pub use error::BackupError;
pub use name::file_name;
pub use sources::{Source, Sources, chosen};

/// The format of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Compressed; `pg_restore` can restore all of it or parts.
    Custom,
    /// SQL, for `psql`.
    Plain,
}

impl Format {
    fn word(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::Plain => "plain",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Custom => "dump",
            Self::Plain => "sql",
        }
    }
}

/// The directory of a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Directory {
    /// A directory on the host.
    There(HostDirectory),
    /// A directory on this machine.
    Here(PathBuf),
}

impl std::fmt::Display for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::There(directory) => write!(f, "{directory} on the host"),
            Self::Here(directory) => write!(f, "{} on this machine", directory.display()),
        }
    }
}
