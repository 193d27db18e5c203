//! A server that went away while it is waited for.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What became of a server that answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// It does not answer any more, and is waited for.
    Began {
        /// Since when.
        since: Instant,
        /// Until when it is tried.
        until: Instant,
    },
    /// It answers again.
    Over,
}

type Listener = Box<dyn Fn(Outage) + Send + Sync>;

/// Who is told of each outage, once, however many requests wait for its end.
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
