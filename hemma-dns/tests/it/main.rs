//! The crate against servers on loopback.

mod library;
mod lookup;
mod server;
mod verify;
