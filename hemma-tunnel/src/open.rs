//! A forward that is open: it answers, and closes on drop.

use std::net::SocketAddr;
use std::time::Duration;

use hemma_core::Host;
use tokio::sync::watch;

use crate::state::{Snapshot, State};
use crate::supervisor::{Options, Supervisor};
use crate::{Forward, forward};

/// Whoever is in the middle of an answer when a forward is closed may finish it.
const DRAIN: Duration = Duration::from_secs(5);

impl Forward {
    /// Opens it over a connection of its own, and waits until the service behind it answers.
    ///
    /// For several forwards over one connection there is [`Supervisor`].
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

/// Whether there is no use in waiting for something else.
fn is_final(state: &State) -> bool {
    matches!(state, State::Connected | State::Held { .. } | State::Fatal { .. })
}

/// A forward whose service has answered. Stays up over lost links until it is dropped.
#[derive(Debug)]
pub struct OpenForward {
    at: SocketAddr,
    supervisor: Supervisor,
}

impl OpenForward {
    /// Where it listens on this machine.
    pub fn address(&self) -> SocketAddr {
        self.at
    }

    /// The same as the beginning of a URL: `http://127.0.0.1:18085`.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Every change of its state.
    pub fn subscribe(&self) -> watch::Receiver<Snapshot> {
        self.supervisor.subscribe()
    }

    /// Closes it when those who use it have finished; dropping it does not wait.
    pub async fn close(self) {
        self.supervisor.stop(DRAIN).await;
    }
}

/// Why a forward did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be.
    #[error(transparent)]
    Plan(#[from] forward::Error),
    /// It did not answer in time, or never will.
    #[error("forward `{name}` did not open: {state}")]
    NotOpen {
        /// The forward.
        name: String,
        /// How far it came.
        state: State,
    },
}
