//! Where the repository lies on the host: seeing its state, cloning it, moving it forward.
//!
//! Runbook: day 2, steps 0 and 2.
//!
//! Invariant: nothing here throws work away. A tree whose tracked files were changed, on another branch,
//! diverged or of another remote is refused with the reason; it is for a person to mend. Files that git
//! does not track are no reason, unless the commit would overwrite them.

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
/// The scripts are for hosts, which are Linux.
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
