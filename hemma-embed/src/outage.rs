//! Outages of a server that is waited for.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A change in the state of a server that has answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// The server does not answer any more, and is waited for.
    Began {
        /// The start of the outage.
        since: Instant,
        /// The end of the attempts.
        until: Instant,
    },
    /// The server answers again.
    Over,
}

type Listener = Box<dyn Fn(Outage) + Send + Sync>;

/// The listeners for outages. Each outage is reported once, however many requests wait for its end.
#[derive(Default)]
pub(crate) struct Outages(Mutex<State>);

#[derive(Default)]
struct State {
    away: bool,
    listeners: Vec<Listener>,
}

impl Outages {
    pub(crate) fn add(&self, listener: Listener) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).listeners.push(listener);
    }

    pub(crate) fn tell(&self, outage: Outage) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let away = outage != Outage::Over;
        if away != std::mem::replace(&mut state.away, away) {
            state.listeners.iter().for_each(|it| it(outage));
        }
    }
}

impl fmt::Debug for Outages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outages")
    }
}
