//! The `.env` file beside the compose files: judged without its values leaving the parser.
//!
//! Runbook: day 2, step 3.

mod compare;
mod edit;
mod error;
mod escape;
mod flaw;
mod header;
mod headers;
mod interpolate;
mod judge;
mod look;
mod obstacle;
mod parse;
mod read;
mod shell;
mod verify;
mod write;

pub use compare::{Difference, compare_with_example};
pub use edit::{SetError, with_value};
pub use error::Error;
pub use flaw::{Flaw, ParseError};
pub use header::Header;
pub use headers::{Headers, HeadersError, LookHeaders};
pub use interpolate::Uses;
pub use judge::{Flaws, RequiredBy, Requirement, judge};
pub use look::{EnvAnswer, EnvError, GitView, Judged, LookEnv};
pub(crate) use obstacle::KIND;
pub use obstacle::Obstacle;
pub(crate) use parse::BYTES_MAX;
pub use parse::{Entry, EnvFile, Quoting, Surroundings};
pub(crate) use read::from_hex;
pub(crate) use verify::{beside_deploy, look_at_file, stops_deploy, unknown};
pub use verify::{findings, verify};
pub use write::{
    Draft, DraftError, FetchText, WriteEnv, WriteError, Written, draft, set, would_change, write,
};

#[cfg(test)]
mod tests;
