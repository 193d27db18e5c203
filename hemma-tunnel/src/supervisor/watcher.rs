//! Asks the service of one forward again and again whether it answers.

use std::sync::Arc;
use std::time::Duration;

use super::port::Shared;
use crate::link::{Error, Link};
use crate::probe;
use crate::state::{Snapshot, State};

/// The pause while all is well. A look costs little; a problem with a connection triggers one at
/// once.
const REST_WELL: Duration = Duration::from_secs(5);

/// The pause while the service is not well, since its user may be waiting.
const REST_ILL: Duration = Duration::from_secs(1);

/// The pause after the host forbids the forward: only a change of sshd's configuration can help.
const REST_FORBIDDEN: Duration = Duration::from_secs(10);

/// The time limit of a probe. A service that takes longer is not healthy.
const PATIENCE: Duration = Duration::from_secs(3);

/// Runs for ever.
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
            // The link was late and is not any more, so the forward's state must be checked.
            Ok(_) = board.wait_for(|it| {
                it.link == State::Connected && status(it).is_some_and(|it| it.state != state)
            }) => {}
        }
    }
}

/// Looks once, and records the result.
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
