//! One deploy at a time: a lock on the host that frees itself, and the journal that it carries.
//!
//! It is held by a process on the host that lives as long as this run's connection: a kernel lock
//! on a file, so that no crash leaves it behind. Whoever holds it says so beside it. A run whose
//! link is cut without a word loses it when its heartbeat has been missing for a while.
//!
//! Invariant: taking it never breaks it for somebody else.

mod acquire;
mod announce;
mod channel;
mod end_hold;
mod fence;
mod history;
mod holder;
mod holding;
mod look;
mod outcome;
mod past_run;
mod unproven;

pub use acquire::{Acquire, Acquired, LockError, Release};
pub use announce::Announce;
pub use end_hold::EndHold;
pub use history::{Entry, History, HistoryError};
pub use holder::Holder;
pub(crate) use holder::shown;
pub use look::{LookLock, Standing, verify};
pub use outcome::RunOutcome;
pub use past_run::{Outcome, PastOutcome, PastRun, PastStep, outcome_in};
pub use unproven::{LookUnproven, Marker, Unproven, UnprovenError, unproven};
