//! The tunnel against a real sshd, over a line that can be ill. Loopback only.
//!
//! - `faults`: what happens to the line and to the service, and how long until it is well again
//! - `refusals`: what cannot work is said, and hurts nothing else
//! - `daemon`: the supervisor in the background, as a process of its own
//! - `soak`: random faults in a row, watched from outside
//! - `services`: service files, as the machine's own tools read them
//! - `speed`: beside `ssh -L`, over the same line

mod daemon;
mod faults;
mod refusals;
mod services;
mod soak;
mod speed;
mod support;
