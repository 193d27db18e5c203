//! The `.env` file beside the compose files: judged without its values leaving the parser.
//!
//! Runbook: day 2, step 3.

mod compare;
mod edit;
mod escape;
mod flaw;
mod header;
mod headers;
mod interpolate;
mod judge;
mod look;
mod parse;
mod read;
mod shell;
mod verify;
mod write;

pub use compare::{Difference, compare_with_example};
pub use edit::{SetError, with_value};
pub use flaw::{Flaw, ParseError};
pub use header::Header;
pub use headers::{Headers, HeadersError, LookHeaders};
pub use interpolate::Uses;
pub use judge::{Flaws, RequiredBy, Requirement, judge};
pub use look::{EnvAnswer, EnvError, GitView, Judged, LookEnv};
pub use parse::{Entry, EnvFile, Quoting, Surroundings};
pub use read::Obstacle;
pub use verify::{findings, verify};
pub use write::{
    Draft, DraftError, Error, FetchText, WriteEnv, WriteError, Written, draft, set, write,
};

#[cfg(test)]
mod tests;
