//! Why nothing could be seen of a server. What it did wrong is not here: that was seen.

use std::path::PathBuf;

use hemma_core::NotRecorded;
use serde::{Deserialize, Serialize};

use crate::Site;

/// Why a handshake could not even be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HandshakeError {
    /// There is no way from here to there.
    #[error("could not connect to {site}: {reason}")]
    Unreachable {
        /// Who was to be met.
        site: Site,
        /// What the system said.
        reason: String,
    },
    /// The further roots cannot be read.
    #[error("could not read the roots in {}: {reason}", .file.display())]
    Roots {
        /// The file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}
