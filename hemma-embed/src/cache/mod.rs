//! The directory in which finished vectors wait for the next run.
//!
//! It is that of the Python client, path by path and byte by byte: either may write, the other
//! reads, and both may run at once. An entry that is damaged or cut short is a miss. An entry
//! gets its name when it is whole, so none of ours is ever seen half.

mod drawer;
mod key;
mod whole_file;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use drawer::Drawer;
pub use key::Key;

use crate::{Fingerprint, Meta};

/// The directory of the Python client, below a checkout of its repository.
pub const USUAL_PLACE: &str = "output/essay_scoring/.cache";

const EMBEDDINGS: &str = "offload_embeddings";
const HANDCRAFTED: &str = "offload_handcrafted";
const CURRENT_META: &str = "current_meta.json";

/// The cache on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

/// The cache could not be read or written. Never that an entry is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("could not {doing} {}: {reason}", path.display())]
pub struct CacheError {
    /// `read` or `write`.
    pub doing: String,
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub reason: String,
}

impl CacheError {
    fn new(doing: &str, path: &Path, source: &std::io::Error) -> Self {
        Self { doing: doing.to_owned(), path: path.to_owned(), reason: source.to_string() }
    }
}

impl Cache {
    /// The cache below `root`. Makes nothing until there is something to keep.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Vectors of the model, `cols` values each.
    pub fn embeddings(&self, cols: usize) -> Drawer {
        Drawer::new(self.root.join(EMBEDDINGS), cols)
    }

    /// Handcrafted features as one server made them, `cols` values each.
    pub fn handcrafted(&self, server: &Fingerprint, cols: usize) -> Drawer {
        Drawer::new(self.root.join(HANDCRAFTED).join(server.as_str()), cols)
    }

    /// What the server said when features were last kept. `None` when nobody can read it: that is
    /// how the Python client takes it as well, and the next answer writes it anew.
    pub fn current_meta(&self) -> Result<Option<Meta>, CacheError> {
        let path = self.current_meta_path();
        match std::fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CacheError::new("read", &path, &error)),
        }
    }

    /// Keeps what the server said.
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
