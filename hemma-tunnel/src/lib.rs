//! *Are localhost-only services of a host reachable from here, and do they stay so?*
//!
//! A [`Forward`] is the plan, and an [`OpenForward`] is a forward whose service answers. A
//! [`Supervisor`] runs any number of them over one ssh connection, which it replaces when it fails.
//!
//! ```no_run
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use hemma_tunnel::{Forward, Options, Probe};
//!
//! let plan = Forward::new("language-tool".parse()?, 18085, 8085)?
//!     .probe(Probe::http("/healthz").expecting("status", "healthy"));
//! let open = plan.open(&"hemma".parse()?, Options::default(), Duration::from_secs(20)).await?;
//! println!("{}", open.url()); // http://127.0.0.1:18085, until `open` is dropped
//! # Ok(()) }
//! ```
//!
//! # How it stays up
//!
//! - The port is bound here, explicitly on 127.0.0.1 (and `::1` when asked), and stays bound while
//!   the link is down. Each connection gets a channel of the running ssh, so a service that refuses
//!   is noticed, and an answer that was cut off ends in a reset instead of a normal end.
//! - Once a second the host sends a byte back over the whole way. Three seconds of silence mean a
//!   dead link, more only while much was sent; after sleep or a change of network one second is
//!   enough.
//! - A forward is connected only if its [`Probe`] was answered over the current link.
//! - After a refused key or a wrong host key, nothing is tried until a retry is requested.
//!
//! # What it does not do
//!
//! It has no ssh implementation: user, key, agent, jump host and known hosts come from the
//! operator's ssh configuration, and options that this library does not set keep their meaning. It
//! frees no port by force, renumbers none, and binds only loopback. It has no remote (`-R`) and no
//! dynamic (`-D`) forwards. Bytes are copied once more than with `ssh -L`: on a line with 30 ms
//! that cannot be measured; on loopback, where the processor is the limit, it can.

mod backoff;
mod clock;
pub mod daemon;
pub mod forward;
mod holder;
pub mod ids;
mod link;
mod mux;
mod open;
mod operator_error;
mod outlook;
pub mod probe;
mod pulse;
mod pump;
mod remedy;
pub mod service;
mod state;
mod supervisor;

pub use clock::{Clock, SystemClock};
pub use forward::{Forward, ForwardName};
pub use holder::Holder;
pub use open::{Error, OpenForward};
pub use probe::Probe;
pub use remedy::Remedy;
pub use state::{ForwardStatus, Snapshot, State};
pub use supervisor::{Options, Supervisor};
