//! Why the host's `.env` was not changed.

use hemma_core::Hint;
use hemma_core::names::EnvKey;
use hemma_core::storage;
use hemma_docker::compose::dotenv::SetError;

use super::write::{DraftError, WriteError};

/// Why a `.env` was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It could not be taken out.
    #[error("could not change the .env")]
    Draft(#[source] DraftError),
    /// The new value does not fit into it.
    #[error("could not set {key}")]
    Set {
        /// The key.
        key: EnvKey,
        /// Why not.
        source: SetError,
    },
    /// It could not be put back.
    #[error("could not change the .env")]
    Write(#[source] WriteError),
}

impl Error {
    /// Whether it was looked and found wrong, as opposed to not known.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Draft(error) => matches!(error, DraftError::Obstacle { .. }),
            Self::Set { .. } => true,
            Self::Write(error) => {
                !matches!(error, WriteError::Ask { .. } | WriteError::NotRecorded(_))
            }
        }
    }
}

impl Error {
    /// The next thing to do.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Draft(DraftError::Obstacle { host, checkout, obstacle }) => {
                obstacle.hint(host, checkout)
            }
            Self::Set { source: SetError::Unreadable(_), .. } => {
                Some(Hint::Run("cargo xtask day2 env-file --edit".to_owned()))
            }
            Self::Write(WriteError::Changed { .. }) => {
                Some(Hint::Do("run it again: it begins with what is there now".to_owned()))
            }
            Self::Write(WriteError::Refused { host, said }) => storage::hint(host, said),
            _ => None,
        }
    }
}
