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
    /// No trusted connection could be made.
    #[error("nothing was sent to {site}, for want of a connection that can be trusted: {met}")]
    NoConnection {
        /// The site that was asked.
        site: Site,
        /// The result of the attempt.
        met: Met,
    },
    /// The connection could not be tried.
    #[error("{site} could not be asked")]
    Handshake {
        /// The site that was asked.
        site: Site,
        /// The reason.
        source: HandshakeError,
    },
    /// The reply did not arrive in time, or not as a whole.
    #[error("{site} did not finish its reply to GET {path} within {limit_ms} ms")]
    TimedOut {
        /// The site that was asked.
        site: Site,
        /// The path that was requested.
        path: String,
        /// The limit in milliseconds.
        limit_ms: u64,
    },
    /// The reply is not valid HTTP, or stops in the middle.
    #[error("{site} broke off GET {path}: {reason}")]
    Broken {
        /// The site that was asked.
        site: Site,
        /// The path that was requested.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}
