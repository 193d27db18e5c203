//! The model that the vectors come from.

use serde::{Deserialize, Serialize};

/// The required model. It is part of every cache key, and a server with another model is refused
/// before its vectors reach the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name on the model hub.
    pub name: String,
    /// The number of tokens of a text that it reads.
    pub max_length: u32,
    /// The number of values in a vector.
    pub dim: usize,
}

impl Default for Model {
    /// The model that the research services run.
    fn default() -> Self {
        Self { name: "microsoft/deberta-v3-base".to_owned(), max_length: 512, dim: 768 }
    }
}
