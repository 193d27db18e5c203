//! Keeps one link up: makes it, watches it, replaces it. It makes one attempt at a time.

use std::sync::Arc;
use std::time::Duration;

use hemma_core::{ConnectError, Host, SshOptions, causes};
use tokio::sync::watch;
use tokio::time::Instant;

use super::board::Board;
use crate::backoff;
use crate::link::{Link, Pulse};
use crate::pulse::Beat;
use crate::state::State;

/// The age from which a link counts as stable: its loss starts a new count of failures.
const STABLE: Duration = Duration::from_secs(10);

/// An attempt that is older than this when the network changes was made in the old network.
const STALE_ATTEMPT: Duration = Duration::from_millis(500);

/// The state of the keeper.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) host: Host,
    pub(super) options: SshOptions,
    pub(super) board: Arc<Board>,
    /// The current link, if there is one.
    pub(super) current: watch::Sender<Option<Arc<Link>>>,
    /// Changes when the machine has slept or the network has changed.
    pub(super) stirred: watch::Receiver<u64>,
    /// Changes when another attempt is requested.
    pub(super) retry: watch::Receiver<u64>,
}

/// The number of failures in a row, and their beginning.
#[derive(Debug)]
struct Outage {
    since: Instant,
    failures: u32,
    reason: String,
}

impl Keeper {
    /// Runs for ever.
    pub(super) async fn keep(mut self) {
        let mut outage: Option<Outage> = None;
        loop {
            if let Some(outage) = &mut outage {
                self.rest(outage).await;
            }
            match self.attempt().await {
                Ok((link, pulse)) => {
                    let made = Instant::now();
                    let reason = self.hold(link, pulse).await;
                    // Earlier requests for an attempt are answered by this one.
                    self.retry.mark_unchanged();
                    let failures = match &outage {
                        Some(before) if made.elapsed() < STABLE => before.failures + 1,
                        _ if made.elapsed() < STABLE => 1,
                        _ => 0,
                    };
                    let since =
                        outage.filter(|_| failures > 0).map_or_else(Instant::now, |it| it.since);
                    outage = Some(Outage { since, failures, reason });
                }
                Err(error) if is_fatal(&error) => {
                    self.board.link(&State::Fatal { reason: causes(&error) });
                    // sshd penalizes clients that come back with a key that it has refused.
                    if self.retry.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    self.board.asked();
                    outage = None;
                }
                Err(error) => {
                    let before = outage.as_ref().map_or(0, |it| it.failures);
                    let since = outage.map_or_else(Instant::now, |it| it.since);
                    let reason = causes(&error);
                    outage = Some(Outage { since, failures: before.saturating_add(1), reason });
                }
            }
        }
    }

    /// Waits until the next attempt is due, or an event makes it due now. A request restarts the
    /// outage, since its sender waits for the result.
    async fn rest(&mut self, outage: &mut Outage) {
        if !self.is_asked() {
            self.wait(outage).await;
        }
        if self.is_asked() {
            self.retry.mark_unchanged();
            (outage.failures, outage.since) = (0, Instant::now());
            self.board.asked();
        }
    }

    fn is_asked(&self) -> bool {
        self.retry.has_changed().unwrap_or(false)
    }

    async fn wait(&mut self, outage: &Outage) {
        let wait = backoff::wait(outage.failures, outage.since.elapsed(), fastrand::f64());
        self.board.link(&State::Reconnecting {
            attempt: outage.failures.saturating_add(1),
            next: self.board.now() + wait,
            reason: outage.reason.clone(),
        });
        self.stirred.mark_unchanged();
        // A copy of the receiver, so that the request is still unread afterwards.
        let mut asked = self.retry.clone();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            Ok(()) = self.stirred.changed() => {}
            Ok(()) = asked.changed() => {}
        }
    }

    /// Makes one attempt. An attempt from before a change of network is replaced by a new one.
    async fn attempt(&mut self) -> Result<(Arc<Link>, Pulse), ConnectError> {
        loop {
            let begun = Instant::now();
            let attempt = Link::start(&self.host, &self.options);
            tokio::pin!(attempt);
            loop {
                tokio::select! {
                    made = &mut attempt => return made,
                    Ok(()) = self.stirred.changed() => {}
                }
                if begun.elapsed() > STALE_ATTEMPT {
                    break;
                }
            }
        }
    }

    /// Watches a link until it is dead, and returns the reason.
    async fn hold(&mut self, link: Arc<Link>, pulse: Pulse) -> String {
        self.board.link(&State::Connected);
        self.current.send_replace(Some(Arc::clone(&link)));
        let board = Arc::clone(&self.board);
        let tell = move |beat| match beat {
            Beat::Alive(took) => {
                board.round_trip(took);
                board.link(&State::Connected);
            }
            Beat::Late(by) => {
                let reason = format!("no answer from the host for {} ms", by.as_millis());
                board.link(&State::Degraded { reason });
            }
        };
        let reason = link.watch(pulse, &mut self.stirred, tell).await;
        // The state is set first, so that "connected" is never shown over a dead link.
        self.board.link(&State::Reconnecting {
            attempt: 1,
            next: self.board.now(),
            reason: reason.clone(),
        });
        self.current.send_replace(None);
        link.bury().await;
        reason
    }
}

/// Whether no retry can help, because a person has to act.
fn is_fatal(error: &ConnectError) -> bool {
    match error {
        ConnectError::NotSsh { .. }
        | ConnectError::HostKeyUnknown { .. }
        | ConnectError::HostKeyChanged { .. }
        | ConnectError::HostKey { .. }
        | ConnectError::KeyRefused { .. }
        | ConnectError::TooManyKeys { .. }
        | ConnectError::KeyUnusable { .. }
        | ConnectError::NoSession { .. }
        | ConnectError::NoAlgorithm { .. }
        | ConnectError::Configuration { .. }
        | ConnectError::NoSsh { .. } => true,
        // A name that does not resolve may be a typing error, or the machine has no network.
        ConnectError::UnknownHost { .. }
        | ConnectError::Refused { .. }
        | ConnectError::NoRoute { .. }
        | ConnectError::ClosedEarly { .. }
        | ConnectError::Proxy { .. }
        | ConnectError::TimedOut { .. }
        | ConnectError::NoSocket { .. }
        | ConnectError::Other { .. } => false,
    }
}
