//! What is known about some items.

use crate::Matrix;

/// Rows of the same items, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Vectors of the model, if they were asked for.
    pub embeddings: Option<Matrix>,
    /// Handcrafted features, if they were asked for.
    pub handcrafted: Option<Matrix>,
}
