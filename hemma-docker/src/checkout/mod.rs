//! Where the repository lies on the host: seeing its state, cloning it, moving it forward.
//!
//! Runbook: day 2, steps 0 and 2.
//!
//! Invariant: nothing here throws work away. A tree that is dirty, on another branch, diverged or
//! of another remote is refused with the reason; it is for a person to mend.

mod clone;
mod ensure;
pub(crate) mod history;
mod look;
mod pull;
mod state;
mod verify;

pub use clone::{Clone, CloneError};
pub use ensure::{Error, Outcome, ensure, plan};
pub(crate) use ensure::{Move, ensure_as_seen, movement};
pub use history::{Commit, History, Since};
pub use look::{LookError, look};
pub use pull::{Pull, PullError};
pub use state::{Checkout, Incoming, Relation, Repository, Tip};
pub(crate) use verify::short;
pub use verify::{findings, verify};
