//! The errors of reading a `.npy` file.

use serde::{Deserialize, Serialize};

/// What is wrong with a `.npy` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// The file begins with other bytes.
    #[error("this is not a .npy file, it begins with {beginning:?}")]
    NotNpy {
        /// The first bytes as text.
        beginning: String,
    },
    /// The format has another version.
    #[error("the .npy format is version {major}.{minor} instead of 1.0")]
    Version {
        /// The major version.
        major: u8,
        /// The minor version.
        minor: u8,
    },
    /// The header is longer than numpy accepts.
    #[error("the .npy header is {bytes} bytes long, the limit is {limit}")]
    HeaderTooLong {
        /// The length that the file states.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The header is not the dictionary that the format requires.
    #[error("the .npy header has no {missing}: {header:?}")]
    Header {
        /// The part that could not be read.
        missing: String,
        /// The header.
        header: String,
    },
    /// The values are not little-endian `f32`.
    #[error("the values are `{found}` instead of `<f4`")]
    Dtype {
        /// numpy's name for their type.
        found: String,
    },
    /// The values are stored column by column.
    #[error("the values are in Fortran order")]
    FortranOrder,
    /// The shape is not the expected one.
    #[error("the shape is {found} instead of {expected}")]
    Shape {
        /// The shape in the header.
        found: String,
        /// The shape that fits the request.
        expected: String,
    },
    /// The file ends too early.
    #[error("it ends after {got} of {expected} bytes")]
    Truncated {
        /// The length that the header requires, or that of the smallest header.
        expected: usize,
        /// The actual length.
        got: usize,
    },
    /// The file goes on after its last value.
    #[error("something follows the last of its {expected} bytes")]
    ExtraBytes {
        /// The length that the header requires.
        expected: usize,
    },
    /// A value is NaN or infinite: the model failed on this item, or the file is damaged.
    #[error("value {column} of row {row} is not finite")]
    NotFinite {
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
    },
}
