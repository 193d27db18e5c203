//! The engine's API, spoken over the ssh connection to its host.
//!
//! The operator's user is not in the `docker` group, so the engine's socket cannot be forwarded:
//! sshd opens it as that user. `sudo -n docker system dial-stdio` joins the same API to the
//! standard streams of a command, and so to the one connection that everything else uses.
//!
//! Nothing here installs a logger, and nothing may: `bollard` logs whole answers at debug level,
//! and the environment of containers is among them.

mod error;
mod version;
mod wire;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::Docker;
use hemma_core::{Host, Live};
use tokio::sync::Semaphore;

pub use error::EngineError;
pub use version::{Version, VersionAnswer};

use wire::Wire;

/// The number of wires to one engine. Each holds one of the eight sessions that a connection has
/// for commands.
const WIRES_MAX: usize = 3;

/// How long the engine may take to answer a look.
pub(crate) const USUAL_LIMIT: Duration = Duration::from_secs(30);

/// Gives `work` a client of the engine on `host`, and classifies errors.
///
/// `work` must read its answer to the end: the rest would be taken for the next answer.
pub(crate) async fn call<T, F>(
    live: &Live,
    host: &Host,
    limit: Duration,
    work: impl FnOnce(Docker) -> F + Send,
) -> Result<T, EngineError>
where
    F: Future<Output = Result<T, bollard::errors::Error>> + Send,
{
    let wires = live.extensions().get_or_make(Engines::default).wires(host);
    let _turn = wires.turns.acquire().await;
    // A change's guard is checked when its wire is opened, so each change has a wire of its own.
    let guarded = live.guard(host).is_some();
    let wire = match wires.take().filter(|_| !guarded) {
        Some(wire) => wire,
        None => Wire::open(live, host).await?,
    };
    let Ok(answer) = tokio::time::timeout(limit, work(wire.docker())).await else {
        let late = || EngineError::TimedOut { host: host.clone(), seconds: limit.as_secs() };
        return Err(wire.why_silent(host).await.unwrap_or_else(late));
    };
    match answer {
        Ok(answer) => {
            if !guarded {
                wires.put_back(wire);
            }
            Ok(answer)
        }
        Err(bollard::errors::Error::DockerResponseServerError { status_code, message }) => {
            wires.put_back(wire);
            Err(EngineError::refused(host, status_code, &message))
        }
        Err(error) => Err(wire.cause(host, &error).await),
    }
}

/// The wires to the engines of a run, by host.
#[derive(Default)]
struct Engines(Mutex<HashMap<Host, Arc<Wires>>>);

impl Engines {
    fn wires(&self, host: &Host) -> Arc<Wires> {
        let mut engines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(engines.entry(host.clone()).or_default())
    }
}

/// The wires to one engine: a bounded number, kept open between questions.
struct Wires {
    turns: Semaphore,
    idle: Mutex<Vec<Wire>>,
}

impl Default for Wires {
    fn default() -> Self {
        Self { turns: Semaphore::new(WIRES_MAX), idle: Mutex::default() }
    }
}

impl Wires {
    /// A wire that is still open. One that ended while idle (the engine was restarted) says nothing
    /// about the engine now, so it is dropped silently.
    fn take(&self) -> Option<Wire> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Wire::is_open);
        idle.pop()
    }

    fn put_back(&self, wire: Wire) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(wire);
    }
}
