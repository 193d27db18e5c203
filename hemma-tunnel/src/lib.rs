//! *Are localhost-only services of a host reachable from here, and do they stay so?*
//!
//! A [`Forward`] is the plan, an [`OpenForward`] answers; a [`Supervisor`] carries any number of
//! them over one ssh connection, which it replaces whenever it dies.
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
//! # How it stays up, and does not lie
//!
//! - The port is bound here, explicitly on 127.0.0.1 (and `::1` when asked), and stays ours while
//!   the link is down. Each connection gets a channel of the running ssh, so a service that
//!   refuses is seen as such, and an answer that was cut off ends in a reset, not in an end.
//! - Once a second the host sends a byte back over the whole way. Three seconds of silence are a
//!   dead link, more only while much was sent; after sleep or in another network one is enough.
//! - Connected is only what has answered its [`Probe`] over the link that is there now.
//! - A refused key or a wrong host key is not tried again until somebody asks for it.
//!
//! # What it does not do
//!
//! It speaks no ssh of its own: user, key, agent, jump host and known hosts are those of the
//! operator's ssh configuration, and options that this library does not set keep their meaning.
//! It frees no port by force, renumbers none, and binds nothing but loopback. It has no remote
//! (`-R`) and no dynamic (`-D`) forwards. Bytes cost one more copy than `ssh -L`: on a line with
//! 30 ms nothing of that is left; on loopback, where the processor is the limit, it shows.

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
