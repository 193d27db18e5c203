//! Why the cache could not be used.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The cache could not be read or written. A missing entry is not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("could not {doing} {}: {reason}", path.display())]
pub struct CacheError {
    /// `read` or `write`.
    pub doing: String,
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub reason: String,
}

impl CacheError {
    pub(super) fn new(doing: &str, path: &Path, source: &std::io::Error) -> Self {
        Self { doing: doing.to_owned(), path: path.to_owned(), reason: source.to_string() }
    }
}
