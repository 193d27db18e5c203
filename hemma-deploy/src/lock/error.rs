//! Why it is not known whether this run has the lock.

use hemma_core::{Classified, ErrorClass, ExecError, Host, NotRecorded, OperatorError, storage};
use serde::{Deserialize, Serialize};

/// Why it is not known whether this run has the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LockError {
    /// The host could not be asked.
    #[error("could not ask {host} for the lock")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The host's answer could not be read.
    #[error("{host} did not say whether the lock is free: {said}")]
    NoAnswer {
        /// The host.
        host: Host,
        /// The host's output.
        said: String,
    },
    /// The host cannot keep a lock: its disk is full, or read-only.
    #[error("{host} could not take the lock: {said}")]
    Refused {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
    /// The host cannot write its journal, for the same reasons.
    #[error("{host} could not open its journal: {said}")]
    Journal {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

/// A host that cannot keep a lock or a journal is a known failure; a missing answer is not.
impl OperatorError for LockError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::NoAnswer { .. } => {
                ErrorClass::Unknown.without("the host's own words are all that is known")
            }
            Self::Refused { host, said } | Self::Journal { host, said } => {
                storage::classify(ErrorClass::NotAsPlanned, host, said)
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}
