//! Copies bytes between a local connection and a channel, and counts them.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::mux::Channel;

/// The capacity of a pipe. A connection takes twice this much memory.
const CHUNK_BYTES: usize = 64 << 10;

/// The number of bytes that were copied.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Traffic {
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// Copies until both sides have ended. The end of one side is passed on and the other goes on: a
/// client may close its half after the request. An end that `whole` does not confirm is that of the
/// link, and is not passed on.
pub(crate) async fn pump(
    client: &mut TcpStream,
    channel: Channel,
    counted: &[&Traffic],
    whole: impl AsyncFnOnce() -> bool,
) -> io::Result<()> {
    let (mut from_client, mut to_client) = client.split();
    let Channel { mut to, mut from, _control } = channel;
    let there = async {
        let counters: Vec<&AtomicU64> = counted.iter().map(|it| &it.sent).collect();
        let done = copy(&mut from_client, &mut to, &counters).await;
        // A pipe has no half to close; dropping it is the end that ssh sees.
        drop(to);
        done
    };
    let back = async {
        let counters: Vec<&AtomicU64> = counted.iter().map(|it| &it.received).collect();
        copy(&mut from, &mut to_client, &counters).await?;
        if !whole().await {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        to_client.shutdown().await
    };
    tokio::try_join!(there, back).map(drop)
}

async fn copy(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    counters: &[&AtomicU64],
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = from.read(&mut chunk).await?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&chunk[..count]).await?;
        for counter in counters {
            counter.fetch_add(count as u64, Ordering::Relaxed);
        }
    }
}

/// Closes a connection with a reset, so that its user notices the failure. A normal close would
/// look like the end of an answer.
pub(crate) fn reset(client: &TcpStream) {
    let _ = rustix::net::sockopt::set_socket_linger(client, Some(Duration::ZERO));
}
