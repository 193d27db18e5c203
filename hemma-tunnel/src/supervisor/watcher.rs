//! Asks one forward's service, again and again, whether it answers.

use std::sync::Arc;
use std::time::Duration;

use super::port::Shared;
use crate::link::{Error, Link};
use crate::probe;
use crate::state::{Snapshot, State};

/// A look every few seconds costs next to nothing; trouble with a connection asks for one at once.
const REST_WELL: Duration = Duration::from_secs(5);

/// Somebody may be waiting for it to become better.
const REST_ILL: Duration = Duration::from_secs(1);

/// Only a person who changes sshd's configuration makes this better.
const REST_FORBIDDEN: Duration = Duration::from_secs(10);

/// A service that takes longer for a health question is not healthy.
const PATIENCE: Duration = Duration::from_secs(3);

/// Never returns.
pub(super) async fn watch(shared: Arc<Shared>) {
    let mut current = shared.current.clone();
    let mut board = shared.board.subscribe();
    let status = |it: &Snapshot| it.forward(shared.forward.name()).cloned();
    loop {
        if board.wait_for(|it| status(it).is_some_and(|it| !it.local.is_empty())).await.is_err() {
            return;
        }
        let Some(link) = current.wait_for(Option::is_some).await.ok().and_then(|it| it.clone())
        else {
            return;
        };
        let state = look(&shared, &link, PATIENCE).await;
        let rest = match &state {
            State::Connected => REST_WELL,
            State::Fatal { .. } => REST_FORBIDDEN,
            _ => REST_ILL,
        };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = shared.doubt.notified() => {}
            Ok(()) = current.changed() => {}
            // The link was late and is not any more: what it made of our state is to be looked at.
            Ok(_) = board.wait_for(|it| {
                it.link == State::Connected && status(it).is_some_and(|it| it.state != state)
            }) => {}
        }
    }
}

/// One look, written down.
pub(super) async fn look(shared: &Shared, link: &Link, patience: Duration) -> State {
    let mut lost = link.lost();
    let state = tokio::select! {
        state = ask(shared, link, patience) => state,
        _ = lost.wait_for(|it| *it) => State::degraded(Error::Lost),
    };
    shared.board.forward(shared.forward.name(), state.clone(), link);
    state
}

async fn ask(shared: &Shared, link: &Link, patience: Duration) -> State {
    let remote = shared.forward.remote();
    let channel = match link.open(remote, patience).await {
        Ok(channel) => channel,
        Err(error @ Error::Forbidden) => return State::Fatal { reason: error.to_string() },
        Err(Error::Refused { why }) => {
            return State::silent(format!("{remote} on the host: {why}"));
        }
        Err(error) => return State::degraded(hemma_core::causes(&error)),
    };
    match probe::ask(channel, shared.forward.asked_by(), patience).await {
        Ok(()) => State::Connected,
        Err(silence) if silence.spoke() => State::degraded(silence),
        Err(silence) => State::silent(silence),
    }
}
