//! The client against a server in this process that answers, fails and misbehaves on demand.
//!
//! - `runs`: many texts: order, concurrency, splitting, restarts.
//! - `resumed`: the same with a cache.
//! - `killed`: the same in a process that is killed at any moment.
//! - `bad_replies`: every answer that is not what was asked for, as the error that names it.
//! - `looks`: health, readiness and grammar as questions.
//! - `numpy`: the same files, read and written by Python.
//! - `together`: one cache, several writers at once, Python among them.

mod bad_replies;
mod killed;
mod looks;
mod numpy;
mod offload;
mod resumed;
mod runs;
mod server;
mod together;
