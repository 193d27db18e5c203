//! The tunnel against a real sshd, over a line that can be ill. Loopback only.
//!
//! - `faults`: what happens to the line and to the service, and how long until it is well again
//! - `speed`: beside `ssh -L`, over the same line

mod faults;
mod speed;
mod support;
