//! Waits for a certificate, and finds the cause if none is issued.

mod cause;
mod read;
mod wait;

pub use cause::{Cause, RateLimit};
pub use read::{Event, What, read};
pub use wait::{End, Issuance, USUAL_PATIENCE, finding, wait_for_issuance};
