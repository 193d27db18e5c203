//! Reading a Dockerfile as BuildKit reads it, as far as images and files depend on it.
//!
//! The reader never gives up on a whole file: what it does not understand is noted with its line,
//! and the rest is read. Its time grows with the length of the file.

mod lines;
mod platform;
mod recipe;
mod reference;
mod stages;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use lines::{Dockerfile, Instruction, json};
pub(crate) use recipe::Recipe;
pub(crate) use stages::{Builder, Needs, Wanted};
pub(crate) use words::{Variables, expanded, split, split_raw};
