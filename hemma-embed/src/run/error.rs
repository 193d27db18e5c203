//! Why a run ends before its input does.

use crate::cache::CacheError;
use crate::{Fingerprint, RequestError};

/// What ends a run. Everything that was done before is in the cache, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The server changed under way: rows of both would stand in one matrix.
    #[error("the server's fingerprint changed from {before} to {now} within one run")]
    FingerprintChanged {
        /// That of the first rows, which may come from the cache.
        before: Fingerprint,
        /// That of the rows just received.
        now: Fingerprint,
    },
    /// Nobody is there, or no longer.
    #[error("the server cannot be reached")]
    Unreachable {
        /// The request that found nobody.
        source: RequestError,
    },
    /// One request after another came to nothing.
    #[error("{count} requests in a row came to nothing, the last of them like this")]
    Hopeless {
        /// How many.
        count: usize,
        /// The last of them.
        source: RequestError,
    },
    /// The server runs another model, or another version of the contract.
    #[error("the server computes something else than what was asked for")]
    OtherModel {
        /// The request that showed it.
        source: RequestError,
    },
    /// Something is there, but it does not say what fits into a request.
    #[error("the server does not say what it takes")]
    Limits {
        /// Its answer.
        source: RequestError,
    },
    /// The cache cannot be used, so the run could not be resumed.
    #[error("the cache cannot be used")]
    Cache {
        /// Why not.
        #[from]
        source: CacheError,
    },
    /// Some items have no rows, and all were wanted.
    #[error("{items} items have no vector, the first of them number {first}")]
    Gaps {
        /// How many.
        items: usize,
        /// Where the first of them is in the input, from 0.
        first: usize,
        /// Why it has none.
        source: RequestError,
    },
}
