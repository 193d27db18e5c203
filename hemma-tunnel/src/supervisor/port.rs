//! One forward's port on this machine: bound, accepting, and who has it instead.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hemma_core::Live;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::board::Board;
use crate::Forward;
use crate::holder;
use crate::link::{Error, Link};
use crate::pump::{self, Traffic};
use crate::state::State;

/// Whether a taken port has become free.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A client that comes while the link is down is held this long; most links are back by then.
const HOLD: Duration = Duration::from_secs(8);

/// The host opens a connection to its own loopback, so this is for the way there.
const OPEN_PATIENCE: Duration = Duration::from_secs(10);

/// Connections of one forward at once. Four descriptors each, of the 256 that macOS gives a
/// process.
const CONNECTIONS_MAX: usize = 48;

/// Everything that one forward's tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) forward: Forward,
    pub(super) board: Arc<Board>,
    pub(super) current: watch::Receiver<Option<Arc<Link>>>,
    pub(super) traffic: Traffic,
    pub(super) connections: watch::Sender<u64>,
    /// Something went wrong with a connection: look now.
    pub(super) doubt: Notify,
    /// Nobody new is let in.
    pub(super) closing: watch::Sender<bool>,
}

/// Binds the port and serves it until closing, then until the last connection has ended.
pub(super) async fn serve(shared: Arc<Shared>, live: Arc<Live>) {
    let mut closing = shared.closing.subscribe();
    let listeners = tokio::select! {
        listeners = bind(&shared, &live) => listeners,
        _ = closing.wait_for(|it| *it) => return,
    };
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = closing.wait_for(|it| *it) => break,
            Some(_) = connections.join_next() => continue,
            accepted = accept(&listeners), if connections.len() < CONNECTIONS_MAX => accepted,
        };
        match accepted {
            Ok(client) => {
                connections.spawn(connection(client, Arc::clone(&shared)));
            }
            Err(error) => {
                // Out of descriptors, most likely: others will close some.
                shared.board.here(shared.forward.name(), State::degraded(error));
                shared.doubt.notify_one();
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    drop(listeners);
    while connections.join_next().await.is_some() {}
}

/// The listeners of all wanted addresses. Waits as long as one of them belongs to somebody else.
async fn bind(shared: &Shared, live: &Live) -> Vec<TcpListener> {
    let name = shared.forward.name();
    loop {
        match bind_once(&shared.forward).await {
            Ok(listeners) => {
                let local = listeners.iter().filter_map(|it| it.local_addr().ok()).collect();
                shared.board.bound(name, local);
                shared.doubt.notify_one();
                return listeners;
            }
            Err((at, error)) if error.kind() == io::ErrorKind::AddrInUse => {
                let by = holder::name(live, at).await;
                shared.board.here(name, State::Held { by });
            }
            Err((at, error)) => {
                let reason = format!("could not listen on {at}: {error}");
                shared.board.here(name, State::Fatal { reason });
            }
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn bind_once(forward: &Forward) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    for address in forward.local_addresses() {
        // A port that the system has chosen for the first address is the one for the second too.
        let chosen = listeners.first().and_then(|it| it.local_addr().ok()).map(|it| it.port());
        let at = SocketAddr::new(address, chosen.unwrap_or(forward.local_port()));
        listeners.push(TcpListener::bind(at).await.map_err(|error| (at, error))?);
    }
    Ok(listeners)
}

async fn accept(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    std::future::poll_fn(|cx| {
        for listener in listeners {
            if let std::task::Poll::Ready(accepted) = listener.poll_accept(cx) {
                return std::task::Poll::Ready(accepted.map(|(client, _)| client));
            }
        }
        std::task::Poll::Pending
    })
    .await
}

/// One client, from its first byte to its last.
async fn connection(mut client: TcpStream, shared: Arc<Shared>) {
    shared.connections.send_modify(|it| *it += 1);
    if !carry(&mut client, &shared).await {
        pump::reset(&client);
        shared.doubt.notify_one();
    }
    shared.connections.send_modify(|it| *it -= 1);
}

/// Whether it went as the client and the service wanted.
async fn carry(client: &mut TcpStream, shared: &Shared) -> bool {
    // Questions and answers are small and somebody waits for each.
    let _ = client.set_nodelay(true);
    let deadline = tokio::time::Instant::now() + HOLD;
    let mut current = shared.current.clone();
    loop {
        let link = current.wait_for(Option::is_some);
        let Ok(Ok(link)) =
            tokio::time::timeout_at(deadline, link).await.map(|it| it.map(|it| it.clone()))
        else {
            return false;
        };
        let Some(link) = link else { return false };
        let mut lost = link.lost();
        match link.open(shared.forward.remote(), OPEN_PATIENCE).await {
            Ok(channel) => {
                let counted = [&shared.traffic, &link.traffic];
                let there = || link.is_there();
                return tokio::select! {
                    biased;
                    _ = lost.wait_for(|it| *it) => false,
                    done = pump::pump(client, channel, &counted, there) => done.is_ok(),
                };
            }
            // The link died under the question; nothing was sent yet, so the next one may do.
            Err(Error::Lost) => {
                if current.changed().await.is_err() {
                    return false;
                }
            }
            Err(_) => return false,
        }
    }
}
