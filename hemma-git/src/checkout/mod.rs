//! The checkout of the repository on the host: looks at it, clones it, moves it forward.
//!
//! Runbook: day 2, steps 0 and 2.
//!
//! Invariant: nothing here discards work. A tree with changed tracked files, on another branch,
//! diverged or of another remote is refused with the reason, and a person has to repair it.
//! Untracked files do not matter, unless the commit would overwrite them.

pub mod cause;
mod clone;
mod ensure;
pub(crate) mod git;
pub mod history;
mod look;
mod obstacles;
mod pull;
mod reading;
mod spec;
mod state;
/// The scripts are for hosts, which run Linux.
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod verify;

pub use clone::{Clone, CloneError};
pub use ensure::{Error, Move, Outcome, ensure, ensure_as_seen, movement, plan};
pub use git::GIT;
pub use history::{Commit, History, HistoryError, LookHistory, Seen, Since};
pub use look::{LookCheckout, LookError, look};
pub use obstacles::COMPARE;
pub use pull::{Pull, PullError};
pub use spec::CheckoutSpec;
pub use state::{Changed, Checkout, Difference, Incoming, Relation, Repository, Tip};
pub use verify::{findings, short, verify};
