//! An open forward, whose service answers. It closes on drop.

use std::net::SocketAddr;
use std::time::Duration;

use hemma_core::Host;
use tokio::sync::watch;

use crate::state::{Snapshot, State};
use crate::supervisor::{Options, Supervisor};
use crate::{Forward, forward};

/// The time that connections in use get to finish when a forward is closed.
const DRAIN: Duration = Duration::from_secs(5);

impl Forward {
    /// Opens the forward over a connection of its own, and waits until the service behind it
    /// answers.
    ///
    /// Use [`Supervisor`] for several forwards over one connection.
    pub async fn open(
        self,
        host: &Host,
        options: Options,
        patience: Duration,
    ) -> Result<OpenForward, Error> {
        let supervisor = Supervisor::start(host.clone(), options);
        let name = self.name().clone();
        supervisor.add(self)?;
        let mut changes = supervisor.subscribe();
        let of = |it: &Snapshot| {
            it.forward(&name).map(|it| (it.local.first().copied(), it.state.clone()))
        };
        let settled = changes.wait_for(|it| of(it).is_some_and(|(_, state)| is_final(&state)));
        let settled = match tokio::time::timeout(patience, settled).await {
            Ok(Ok(settled)) => of(&settled),
            Ok(Err(_)) | Err(_) => None,
        };
        let seen = settled.or_else(|| of(&supervisor.snapshot()));
        match seen {
            Some((Some(at), State::Connected)) => Ok(OpenForward { at, supervisor }),
            seen => {
                let state = seen.map_or(State::Starting, |(_, state)| state);
                supervisor.stop(Duration::ZERO).await;
                Err(Error::NotOpen { name: name.to_string(), state })
            }
        }
    }
}

/// Whether waiting cannot help.
fn is_final(state: &State) -> bool {
    matches!(state, State::Connected | State::Held { .. } | State::Fatal { .. })
}

/// A forward whose service has answered. It survives lost links, and closes when dropped.
#[derive(Debug)]
pub struct OpenForward {
    at: SocketAddr,
    supervisor: Supervisor,
}

impl OpenForward {
    /// The local address.
    pub fn address(&self) -> SocketAddr {
        self.at
    }

    /// The local address as the beginning of a URL: `http://127.0.0.1:18085`.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Subscribes to its state changes.
    pub fn subscribe(&self) -> watch::Receiver<Snapshot> {
        self.supervisor.subscribe()
    }

    /// Closes the forward after its connections have finished; dropping it does not wait.
    pub async fn close(self) {
        self.supervisor.stop(DRAIN).await;
    }
}

/// Why a forward did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The forward is not valid.
    #[error(transparent)]
    Plan(#[from] forward::Error),
    /// The service did not answer in time, or never will.
    #[error("forward `{name}` did not open: {state}")]
    NotOpen {
        /// The forward.
        name: String,
        /// The last state.
        state: State,
    },
}
