//! The `.env` dialect that Compose reads, which is not a shell's: reading a file, and changing one
//! value of it.

mod edit;
mod escape;
mod flaw;
mod interpolate;
mod obstacle;
mod parse;
mod shell;
#[cfg(test)]
mod tests;

pub use edit::{SetError, with_value};
pub use flaw::{Flaw, ParseError};
pub use interpolate::Surroundings;
pub use interpolate::Uses;
pub use obstacle::{KIND, Obstacle};
pub use parse::{BYTES_MAX, Entry, EnvFile, Quoting};
pub use shell::reads_alike;
