//! The shared state of a tunnel, for everyone who subscribes to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hemma_core::Host;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::link::Link;
use crate::state::{ForwardStatus, Snapshot, State};
use crate::{Forward, ForwardName};

/// The snapshot, and the rules for its changes.
#[derive(Debug)]
pub(super) struct Board {
    snapshot: watch::Sender<Snapshot>,
    clock: Arc<dyn Clock>,
    /// Whether there was a link before: the first link is not a reconnection.
    was_connected: AtomicBool,
}

impl Board {
    pub(super) fn new(host: Host, clock: Arc<dyn Clock>) -> Self {
        let snapshot = watch::Sender::new(Snapshot {
            host,
            link: State::Starting,
            since: clock.now(),
            round_trip_ms: None,
            reconnects: 0,
            last_failure: None,
            forwards: Vec::new(),
        });
        Self { snapshot, clock, was_connected: AtomicBool::new(false) }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Snapshot> {
        self.snapshot.subscribe()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.snapshot.borrow().clone()
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Sets the link's state. If the link is away, every forward over it is away.
    pub(super) fn link(&self, state: &State) {
        let now = self.clock.now();
        self.snapshot.send_if_modified(|it| {
            if it.link == *state {
                return false;
            }
            match state {
                State::Connected if matches!(it.link, State::Degraded { .. }) => {}
                State::Connected => {
                    it.reconnects += u64::from(self.was_connected.swap(true, Ordering::Relaxed));
                }
                State::Reconnecting { reason, .. } | State::Fatal { reason } => {
                    it.last_failure = Some(reason.clone());
                    it.round_trip_ms = None;
                }
                _ => {}
            }
            (it.link, it.since) = (state.clone(), now);
            if *state != State::Connected {
                for forward in it.forwards.iter_mut().filter(|it| !it.local.is_empty()) {
                    turn(forward, state.clone(), now);
                }
            }
            true
        });
    }

    /// Another attempt was requested. The failures of earlier attempts are over from now on, and
    /// not only when the attempt begins.
    pub(super) fn asked(&self) {
        let (link, next) = (self.snapshot.borrow().link.clone(), self.now());
        match link {
            State::Fatal { .. } => self.link(&State::Starting),
            State::Reconnecting { reason, .. } => {
                self.link(&State::Reconnecting { attempt: 1, next, reason });
            }
            _ => {}
        }
    }

    pub(super) fn round_trip(&self, took: Duration) {
        let took = u64::try_from(took.as_millis()).ok();
        // A counter wakes no subscriber; it can be read at any time.
        self.snapshot.send_if_modified(|it| {
            it.round_trip_ms = took;
            false
        });
    }

    pub(super) fn add(&self, forward: &Forward) {
        let now = self.clock.now();
        self.snapshot.send_modify(|it| {
            it.forwards.push(ForwardStatus {
                name: forward.name().clone(),
                local: Vec::new(),
                remote: forward.remote(),
                state: State::Starting,
                since: now,
                connections: 0,
                bytes_sent: 0,
                bytes_received: 0,
                last_failure: None,
            });
        });
    }

    pub(super) fn remove(&self, name: &ForwardName) {
        self.snapshot.send_modify(|it| it.forwards.retain(|it| it.name != *name));
    }

    /// The port is bound.
    pub(super) fn bound(&self, name: &ForwardName, local: Vec<SocketAddr>) {
        let now = self.clock.now();
        self.snapshot.send_modify(|it| {
            let link = it.link.clone();
            if let Some(forward) = it.forwards.iter_mut().find(|it| it.name == *name) {
                forward.local = local;
                let connected = link == State::Connected;
                turn(forward, if connected { State::Starting } else { link }, now);
            }
        });
    }

    /// Sets the result of a look at the forward. A look over a link that is gone meanwhile is
    /// ignored.
    pub(super) fn forward(&self, name: &ForwardName, state: State, over: &Link) {
        let now = self.clock.now();
        self.snapshot.send_if_modified(|it| {
            let link_is_good = it.link == State::Connected && !over.is_lost();
            match it.forwards.iter_mut().find(|it| it.name == *name) {
                Some(forward) if link_is_good && !forward.local.is_empty() => {
                    turn(forward, state, now)
                }
                _ => false,
            }
        });
    }

    /// Sets a local problem of the forward, which does not depend on the link.
    pub(super) fn here(&self, name: &ForwardName, state: State) {
        let now = self.clock.now();
        self.snapshot.send_if_modified(|it| {
            let forward = it.forwards.iter_mut().find(|it| it.name == *name);
            forward.is_some_and(|forward| turn(forward, state, now))
        });
    }
}

/// Sets the state, and returns whether it has changed.
fn turn(forward: &mut ForwardStatus, state: State, now: jiff::Timestamp) -> bool {
    if forward.state == state {
        return false;
    }
    if !matches!(state, State::Starting | State::Connected) {
        forward.last_failure = Some(state.to_string());
    }
    (forward.state, forward.since) = (state, now);
    true
}
