//! The parts of a run, finished and to come.

use std::sync::Arc;

use super::RunError;
use crate::chunk::Chunk;
use crate::{Meta, RequestError, Rows};

/// A finished part of a run.
#[derive(Debug)]
pub enum Part {
    /// Rows of items.
    Done {
        /// The indices of the items in the input, from 0: one for each row.
        at: Vec<usize>,
        /// The results.
        rows: Rows,
        /// The server's description of its features; `None` for plain vectors.
        meta: Option<Arc<Meta>>,
        /// The origin of the rows.
        origin: Origin,
    },
    /// Items for which the server returned nothing.
    Failed {
        /// The indices of the items in the input.
        at: Vec<usize>,
        /// The reason.
        error: RequestError,
    },
}

/// The origin of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The cache.
    Cache,
    /// The server; the rows are in the cache by now.
    Server,
}

/// The remaining work for some items.
pub(super) enum Step {
    Found(Part),
    Ask(Chunk),
    Stop(RunError),
}
