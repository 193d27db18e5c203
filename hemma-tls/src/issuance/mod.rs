//! Waits for a certificate, and finds the cause if none is issued.

mod authority;
mod cause;
mod limit;
mod message;
mod obstacle;
mod read;
mod round;
#[cfg(test)]
mod tests;
mod wait;

pub use cause::Cause;
pub use limit::RateLimit;
pub use read::{Event, What, read};
pub use wait::{End, Issuance, USUAL_PATIENCE, finding, wait_for_issuance};
