//! Why the host's `.env` was not changed.

use hemma_core::names::EnvKey;
use hemma_core::{Classified, ErrorClass, Hint, OperatorError};
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

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Draft(source) => source.classify(),
            Self::Set { source: SetError::Unreadable(_), .. } => ErrorClass::NotAsPlanned
                .with(Hint::Run("cargo xtask day2 env-file --edit".to_owned())),
            Self::Set { source, .. } => source.classify(),
            Self::Write(source) => source.classify(),
        }
    }
}
