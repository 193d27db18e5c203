//! The supervisor that runs in the background, and its client.
//!
//! [`run`] is the supervisor process; it is started by running the own program again ([`Start`]) or
//! by the machine's service manager ([`crate::service`]).

mod changes;
mod client;
mod instance_dir;
mod log;
mod protocol;
mod server;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

use hemma_core::{ExecError, Host, NotRecorded};
use serde::{Deserialize, Serialize};

pub use changes::{Logs, Running, Start, Started, Stop, Stopped};
pub use client::Client;
pub use instance_dir::InstanceDir;
pub use protocol::{Answer, Malformed, Request, Status};
pub use server::run;
pub use verify::verify;

use crate::forward;

/// The time that connections in use get to finish.
const DRAIN: Duration = Duration::from_secs(5);

/// Why a supervisor did not start, or did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Error {
    /// A supervisor already runs.
    #[error("a tunnel to {host} is already running")]
    Runs {
        /// The host of the supervisor.
        host: Host,
    },
    /// The supervisor's directory, lock or socket cannot be used.
    #[error("the tunnel's directory {} cannot be used: {said}", .path.display())]
    InstanceDir {
        /// The path.
        path: PathBuf,
        /// The reason.
        said: String,
    },
    /// The supervisor runs and does not answer.
    #[error("the tunnel to {host} is running but does not answer")]
    Mute {
        /// The host of the supervisor.
        host: Host,
    },
    /// The supervisor did not stop when asked.
    #[error("the tunnel to {host} was told to stop but is still running")]
    Stays {
        /// The host of the supervisor.
        host: Host,
    },
    /// The supervisor refused, or its answer is not valid.
    #[error("the tunnel to {host} said: {said}")]
    Talk {
        /// The host of the supervisor.
        host: Host,
        /// The answer.
        said: String,
    },
    /// The supervisor was started and has ended.
    #[error("the tunnel to {host} ended as soon as it was started: {said}")]
    Died {
        /// The host of the supervisor.
        host: Host,
        /// The end of its log.
        said: String,
    },
    /// A forward is not valid.
    #[error(transparent)]
    Forward(#[from] forward::Error),
    /// The process could not be started.
    #[error("the tunnel's process could not be started")]
    Spawn(#[from] ExecError),
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}
