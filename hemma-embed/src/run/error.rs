//! The errors that end a run early.

use crate::cache::CacheError;
use crate::{Fingerprint, RequestError};

/// An error that ends a run. Earlier results are in the cache, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The server changed during the run: one matrix would have rows of both.
    #[error("the server's fingerprint changed from {before} to {now} within one run")]
    FingerprintChanged {
        /// The fingerprint of the first rows, which may come from the cache.
        before: Fingerprint,
        /// The fingerprint of the rows just received.
        now: Fingerprint,
    },
    /// The server cannot be reached, or not any more.
    #[error("the server cannot be reached")]
    Unreachable {
        /// The error of the request that did not reach it.
        source: RequestError,
    },
    /// Several requests in a row failed.
    #[error("{count} requests in a row failed; this is the last failure")]
    Hopeless {
        /// The number of failed requests.
        count: usize,
        /// The error of the last one.
        source: RequestError,
    },
    /// The server runs another model, or another version of the contract.
    #[error("the server computes something else than what was asked for")]
    OtherModel {
        /// The error that showed it.
        source: RequestError,
    },
    /// A server answers, but does not state the limits of a request.
    #[error("the server does not state its limits")]
    Limits {
        /// The error of asking for the limits.
        source: RequestError,
    },
    /// The cache cannot be used, so the run could not be resumed.
    #[error("the cache cannot be used")]
    Cache {
        /// The reason.
        #[from]
        source: CacheError,
    },
    /// Some items have no rows, and all items are required.
    #[error("{items} items have no vector, the first of them number {first}")]
    Gaps {
        /// The number of items without rows.
        items: usize,
        /// The index of the first of them in the input, from 0.
        first: usize,
        /// The error for that item.
        source: RequestError,
    },
}
