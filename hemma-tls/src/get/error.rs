//! Why a request has no reply.

use hemma_core::NotRecorded;
use serde::{Deserialize, Serialize};

use crate::handshake::HandshakeError;
use crate::{Met, Site};

/// Why a request has no reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GetError {
    /// There is nothing that one may talk over.
    #[error("nothing was sent to {site}, for want of a connection that can be trusted: {met}")]
    NoConnection {
        /// Who was asked.
        site: Site,
        /// Who was met instead.
        met: Met,
    },
    /// The connection could not even be tried.
    #[error("{site} could not be asked")]
    Handshake {
        /// Who was asked.
        site: Site,
        /// Why not.
        source: HandshakeError,
    },
    /// The reply did not come, or not to its end.
    #[error("{site} did not finish its reply to GET {path} within {limit_ms} ms")]
    TimedOut {
        /// Who was asked.
        site: Site,
        /// For what.
        path: String,
        /// The limit.
        limit_ms: u64,
    },
    /// What came is no reply, or stops in the middle.
    #[error("{site} broke off GET {path}: {reason}")]
    Broken {
        /// Who was asked.
        site: Site,
        /// For what.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}
