//! Why bytes are not the `.npy` file that was expected.

use serde::{Deserialize, Serialize};

/// What is wrong with a `.npy` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// It begins with something else.
    #[error("this is no .npy file, it begins with {beginning:?}")]
    NotNpy {
        /// The first bytes as text.
        beginning: String,
    },
    /// Another version of the format.
    #[error("the .npy format is version {major}.{minor} instead of 1.0")]
    Version {
        /// Before the dot.
        major: u8,
        /// Behind the dot.
        minor: u8,
    },
    /// numpy itself refuses headers of this length.
    #[error("the .npy header is {bytes} bytes long, the limit is {limit}")]
    HeaderTooLong {
        /// What it claims.
        bytes: usize,
        /// What is read at most.
        limit: usize,
    },
    /// It is not the dictionary that the format prescribes.
    #[error("the .npy header has no {missing}: {header:?}")]
    Header {
        /// What could not be read.
        missing: String,
        /// The header.
        header: String,
    },
    /// Other values than little-endian `f32`.
    #[error("the values are `{found}` instead of `<f4`")]
    Dtype {
        /// numpy's word for what they are.
        found: String,
    },
    /// Column after column.
    #[error("the values are in Fortran order")]
    FortranOrder,
    /// Another shape than asked for.
    #[error("the shape is {found} instead of {expected}")]
    Shape {
        /// What the header says.
        found: String,
        /// What fits the request.
        expected: String,
    },
    /// It ends too early.
    #[error("it ends after {got} of {expected} bytes")]
    Truncated {
        /// The length according to its header, or of the smallest header.
        expected: usize,
        /// What was there.
        got: usize,
    },
    /// It goes on behind its last value.
    #[error("something follows the last of its {expected} bytes")]
    ExtraBytes {
        /// The length according to its header.
        expected: usize,
    },
    /// A NaN or an infinity: the model failed on this item, or the file is damaged.
    #[error("value {column} of row {row} is not finite")]
    NotFinite {
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
    },
}
