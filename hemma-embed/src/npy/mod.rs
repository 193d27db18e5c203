//! `.npy` files of `f32`, exactly as wide as the services and the Python client write them.
//!
//! Format version 1.0, little-endian `f32`, C order, one or two dimensions, all values finite. Any
//! other file comes from another program, and gives an error that says what was found.
//!
//! This is a reader of our own: existing crates read a whole body before they begin, and a hostile
//! header leads to effects from ignored trailing bytes to an abort of the process.

mod error;
mod file;
mod header;
mod reader;

pub use error::NpyError;
pub use file::{NpyFile, NpyFileError};
pub use reader::{Expect, Reader, read};

use crate::Matrix;

/// A matrix as the bytes of a file.
pub fn write(matrix: &Matrix) -> Vec<u8> {
    let (rows, cols) = matrix.shape();
    framed(&header::matrix(rows, cols), matrix.values())
}

/// One vector as the bytes of a file, as in the disk cache.
pub fn write_vector(values: &[f32]) -> Vec<u8> {
    framed(&header::vector(values.len()), values)
}

/// The length of the file of one vector.
pub(crate) fn write_vector_len(values: usize) -> usize {
    header::vector(values).len() + values * size_of::<f32>()
}

fn framed(header: &[u8], values: &[f32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(header.len() + size_of_val(values));
    bytes.extend_from_slice(header);
    extend_little_endian(&mut bytes, values);
    bytes
}

fn extend_little_endian(bytes: &mut Vec<u8>, values: &[f32]) {
    if cfg!(target_endian = "little") {
        bytes.extend_from_slice(bytemuck::cast_slice(values));
    } else {
        bytes.extend(values.iter().flat_map(|it| it.to_le_bytes()));
    }
}

#[cfg(test)]
mod tests;
