//! The crate against servers on loopback.

mod lookup;
mod server;
mod verify;
