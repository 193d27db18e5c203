//! Which model the vectors come from.

use serde::{Deserialize, Serialize};

/// The model that is asked for. It is part of every cache key, so a server that runs another one
/// is refused before its vectors reach the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name on the model hub.
    pub name: String,
    /// Tokens of a text that it looks at.
    pub max_length: u32,
    /// Values in one vector.
    pub dim: usize,
}

impl Default for Model {
    /// The one that the research services run.
    fn default() -> Self {
        Self { name: "microsoft/deberta-v3-base".to_owned(), max_length: 512, dim: 768 }
    }
}
