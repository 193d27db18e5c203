//! The results for some items.

use crate::Matrix;

/// The results for some items; each matrix has one row per item.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Vectors of the model, if they were asked for.
    pub embeddings: Option<Matrix>,
    /// Handcrafted features, if they were asked for.
    pub handcrafted: Option<Matrix>,
}
