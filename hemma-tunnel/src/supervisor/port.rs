//! The local port of one forward: binds it, accepts connections, or finds the program that has it.

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

/// How often to check whether a taken port has become free.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How long a connection is held while the link is down; most links are back by then.
const HOLD: Duration = Duration::from_secs(8);

/// The time limit for the way to the host, which then connects to its own loopback.
const OPEN_PATIENCE: Duration = Duration::from_secs(10);

/// The maximum number of connections of a forward. Each takes four file descriptors, of the 256
/// that macOS allows a process.
const CONNECTIONS_MAX: usize = 48;

/// The state that the tasks of one forward share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) forward: Forward,
    pub(super) board: Arc<Board>,
    pub(super) current: watch::Receiver<Option<Arc<Link>>>,
    pub(super) traffic: Traffic,
    pub(super) connections: watch::Sender<u64>,
    /// Signals a problem with a connection, which needs a look now.
    pub(super) doubt: Notify,
    /// Whether new connections are refused.
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
                // The process is most likely out of file descriptors: connections that close will
                // free some.
                shared.board.here(shared.forward.name(), State::degraded(error));
                shared.doubt.notify_one();
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    drop(listeners);
    while connections.join_next().await.is_some() {}
}

/// Listens on all required addresses. Waits while another program has one of them.
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
        // A port that the system chose for the first address is used for the second, too.
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

/// Serves one client, from its first byte to its last.
async fn connection(mut client: TcpStream, shared: Arc<Shared>) {
    shared.connections.send_modify(|it| *it += 1);
    if !carry(&mut client, &shared).await {
        pump::reset(&client);
        shared.doubt.notify_one();
    }
    shared.connections.send_modify(|it| *it -= 1);
}

/// Whether the connection ended as the client and the service wanted.
async fn carry(client: &mut TcpStream, shared: &Shared) -> bool {
    // Requests and answers are small, and latency matters.
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
            // The link died during the request; nothing was sent yet, so the next link can be used.
            Err(Error::Lost) => {
                if current.changed().await.is_err() {
                    return false;
                }
            }
            Err(_) => return false,
        }
    }
}
