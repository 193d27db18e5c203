//! The directory that keeps vectors for later runs.
//!
//! It is shared with the Python client, path by path and byte by byte: either may write and read,
//! and both may run at once. A damaged or truncated entry counts as missing. An entry gets its name
//! when it is complete, so no reader ever sees a part of one.

mod error;
mod key;
mod namespace;
mod whole_file;

use std::path::PathBuf;

pub use error::CacheError;
pub use key::Key;
pub use namespace::Namespace;

use crate::{Fingerprint, Meta};

/// The directory of the Python client, relative to a checkout of its repository.
pub const USUAL_PLACE: &str = "output/essay_scoring/.cache";

const EMBEDDINGS: &str = "offload_embeddings";
const HANDCRAFTED: &str = "offload_handcrafted";
const CURRENT_META: &str = "current_meta.json";

/// The cache on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache in the directory `root`, which is made when the first entry is written.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The vectors of the model, with `cols` values each.
    pub fn embeddings(&self, cols: usize) -> Namespace {
        Namespace::new(self.root.join(EMBEDDINGS), cols)
    }

    /// The handcrafted features of one server, with `cols` values each.
    pub fn handcrafted(&self, server: &Fingerprint, cols: usize) -> Namespace {
        Namespace::new(self.root.join(HANDCRAFTED).join(server.as_str()), cols)
    }

    /// The server's description from when features were last written. `None` if it cannot be read:
    /// the Python client ignores that as well, and the next answer replaces it.
    pub fn current_meta(&self) -> Result<Option<Meta>, CacheError> {
        let path = self.current_meta_path();
        match std::fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CacheError::new("read", &path, &error)),
        }
    }

    /// Writes the server's description.
    pub fn keep_meta(&self, meta: &Meta) -> Result<(), CacheError> {
        let path = self.current_meta_path();
        let json = serde_json::to_vec_pretty(meta);
        let json = json.map_err(|source| CacheError::new("write", &path, &source.into()))?;
        whole_file::replace(&path, &json)
    }

    fn current_meta_path(&self) -> PathBuf {
        self.root.join(HANDCRAFTED).join(CURRENT_META)
    }
}

#[cfg(test)]
mod tests;
