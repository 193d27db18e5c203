//! The reasons why a handshake could not be tried. A server's own mistakes are answers and not
//! among them.

use std::path::PathBuf;

use hemma_core::NotRecorded;
use serde::{Deserialize, Serialize};

use crate::Site;

/// Why a handshake could not be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HandshakeError {
    /// No route leads from here to the address.
    #[error("could not connect to {site}: {reason}")]
    Unreachable {
        /// The site.
        site: Site,
        /// The operating system's error.
        reason: String,
    },
    /// The file with further roots cannot be read.
    #[error("could not read the roots in {}: {reason}", .file.display())]
    Roots {
        /// The file.
        file: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}
