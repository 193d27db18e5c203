//! Why the host's `.env` was not changed.

use hemma_core::names::{CheckoutPath, EnvKey};
use hemma_core::{
    Classified, ErrorClass, ExecError, Hint, Host, NotRecorded, OperatorError, storage,
};
use hemma_docker::Remedy;
use hemma_docker::compose::dotenv::{Obstacle, SetError};
use serde::{Deserialize, Serialize};

/// Why a `.env` was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be fetched.
    #[error("could not change the .env")]
    Draft(#[source] DraftError),
    /// The new value could not be put into the text.
    #[error("could not set {key}")]
    Set {
        /// The key.
        key: EnvKey,
        /// Why not.
        source: SetError,
    },
    /// The file could not be written.
    #[error("could not change the .env")]
    Write(#[source] WriteError),
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Draft(source) => source.classify(),
            Self::Set { source: SetError::Unreadable(_), .. } => {
                ErrorClass::NotAsPlanned.with(Remedy::EditEnvFile)
            }
            Self::Set { source, .. } => source.classify(),
            Self::Write(source) => source.classify(),
        }
    }
}

/// Why a `.env` could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DraftError {
    /// The script's answer is not known.
    #[error("could not fetch the .env of {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The file cannot be read.
    #[error("{checkout}/.env on {host} {obstacle}")]
    Obstacle {
        /// The host.
        host: Host,
        /// The checkout.
        checkout: CheckoutPath,
        /// The state of the file.
        obstacle: Obstacle,
    },
    /// The script's output could not be read.
    #[error("could not read the answer of {host} about its .env")]
    Read {
        /// The host.
        host: Host,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for DraftError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Obstacle { obstacle: Obstacle::Changing, .. } => {
                ErrorClass::Unknown.without("a file that is written to now can be read in a moment")
            }
            Self::Obstacle { host, checkout, obstacle } => ErrorClass::NotAsPlanned
                .with_any(obstacle.hint(host, checkout), "the message says what the file is"),
            Self::Read { .. } => ErrorClass::Unknown
                .without("the script of hemma's own was answered by something else"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

/// Why a new `.env` was not written. The old one is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WriteError {
    /// The script's answer is not known.
    #[error("could not find out whether the .env of {host} was written")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The file was changed by another program.
    #[error("the .env of {host} has changed meanwhile; nothing was written")]
    Changed {
        /// The host.
        host: Host,
    },
    /// Less arrived than was sent.
    #[error("the new .env reached {host} incomplete; nothing was written")]
    CutShort {
        /// The host.
        host: Host,
    },
    /// The host refused: a full disk, a read-only file system, a directory that belongs to root.
    #[error("{host} could not write its .env: {said}")]
    Refused {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for WriteError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Changed { .. } => ErrorClass::NotAsPlanned
                .with(Hint::Do("run it again: it starts from the current file".to_owned())),
            Self::CutShort { .. } => {
                ErrorClass::NotAsPlanned.without("nothing was written, and the message says so")
            }
            Self::Refused { host, said } => storage::classify(ErrorClass::NotAsPlanned, host, said),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}
