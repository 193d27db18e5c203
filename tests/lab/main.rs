//! The real thing, end to end, on the practice host: `cargo test --features lab --test lab`.
//!
//! The tests share one host and take it one after another, so each begins by making it what it
//! needs. They run the program itself, as an operator would: what counts is its exit code, what it
//! says, and what the host looks like afterwards.

mod connection;
mod deploys;
mod interrupts;
mod refusals;
mod stage;
