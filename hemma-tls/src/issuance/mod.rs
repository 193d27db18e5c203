//! Why is there no certificate yet? Waiting for one, gently, and ending with a cause.

mod cause;
mod read;
mod wait;

pub use cause::{Cause, RateLimit};
pub use read::{Event, What, read};
pub use wait::{End, Issuance, USUAL_PATIENCE, finding, wait_for_issuance};
