//! The `.env` file beside the compose files: judged without its values leaving the parser.
//!
//! Runbook: day 2, step 3.

mod interpolate;
mod parse;

pub use interpolate::Uses;
pub use parse::{Entry, EnvFile, Flaw, ParseError, Quoting, Surroundings};

#[cfg(test)]
mod tests;
