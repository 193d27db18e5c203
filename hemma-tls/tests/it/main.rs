//! The crate against servers on loopback, well-behaved and hostile.

mod get;
mod handshake;
mod issuance;
mod server;
mod trust;
