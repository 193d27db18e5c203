//! A supervisor that runs in the background, and how to speak to it.
//!
//! [`run`] is the process itself; it is started by running the own program again ([`Start`]) or
//! by the machine's service manager ([`crate::service`]).

mod changes;
mod client;
mod log;
mod protocol;
mod seat;
mod server;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

use hemma_core::{ExecError, Host, NotRecorded};
use serde::{Deserialize, Serialize};

pub use changes::{Logs, Running, Start, Started, Stop, Stopped};
pub use client::Client;
pub use protocol::{Answer, Malformed, Request, Status};
pub use seat::Seat;
pub use server::run;
pub use verify::verify;

use crate::forward;

/// Whoever is in the middle of an answer may finish it.
const DRAIN: Duration = Duration::from_secs(5);

/// Why there is no supervisor, or no answer from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Error {
    /// There is one already.
    #[error("a tunnel to {host} runs already")]
    Runs {
        /// Where it leads.
        host: Host,
    },
    /// It could not sit down.
    #[error("the tunnel's place {} cannot be used: {said}", .path.display())]
    Seat {
        /// Where.
        path: PathBuf,
        /// Why not.
        said: String,
    },
    /// It is there and does not answer.
    #[error("the tunnel to {host} runs but does not answer")]
    Mute {
        /// Where it leads.
        host: Host,
    },
    /// It was told to stop and did not.
    #[error("the tunnel to {host} was told to stop and still runs")]
    Stays {
        /// Where it leads.
        host: Host,
    },
    /// It said no, or something else.
    #[error("the tunnel to {host} said: {said}")]
    Talk {
        /// Where it leads.
        host: Host,
        /// Its words.
        said: String,
    },
    /// It was started and is not there.
    #[error("the tunnel to {host} ended as soon as it was started: {said}")]
    Died {
        /// Where it leads.
        host: Host,
        /// The end of its log.
        said: String,
    },
    /// A forward cannot be.
    #[error(transparent)]
    Forward(#[from] forward::Error),
    /// Its process could not be started.
    #[error("the tunnel's process could not be started")]
    Spawn(#[from] ExecError),
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}
