//! *Are localhost-only services of a host reachable from here, and do they stay so?*
mod backoff;
mod clock;
pub mod forward;
mod holder;
mod link;
mod mux;
mod open;
mod outlook;
pub mod probe;
mod pump;
mod state;
mod supervisor;

pub use clock::{Clock, SystemClock};
pub use forward::{Forward, ForwardName};
pub use open::{Error, OpenForward};
pub use probe::Probe;
pub use state::{ForwardStatus, Snapshot, State};
pub use supervisor::{Options, Supervisor};
