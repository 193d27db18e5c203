//! One deploy at a time: a lock on the host that frees itself, and the journal that it carries.
//!
//! A process on the host holds it as long as this run's connection lives: a kernel lock on a file,
//! so that no crash leaves it behind. The holder writes its name next to it. A run whose connection
//! is cut silently loses the lock when its heartbeat has been missing for a while.
//!
//! Invariant: taking the lock never takes it away from another run.

mod acquire;
mod announce;
mod channel;
mod end_hold;
mod error;
mod fence;
mod history;
mod holder;
mod holding;
mod look;
mod lost;
mod outcome;
mod past_run;
mod release;
mod unproven;

pub use acquire::{Acquire, Acquired};
pub use announce::Announce;
pub use end_hold::EndHold;
pub use error::LockError;
pub use history::{Entry, History, HistoryError};
pub use holder::Holder;
pub(crate) use holder::shown;
pub use look::{LookLock, Standing, verify};
pub(crate) use lost::WaitUntilLost;
pub use outcome::RunOutcome;
pub use past_run::{Outcome, PastOutcome, PastRun, PastStep, outcome_in};
pub use release::Release;
pub use unproven::{LookUnproven, Marker, Unproven, UnprovenError, unproven};
