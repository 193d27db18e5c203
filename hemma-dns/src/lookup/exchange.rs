//! Sends one question to one server, and receives the answer.
//!
//! hickory-resolver's own lookup hides facts that a prober needs: it follows aliases to servers
//! that were not asked, drops the alias of a dangling chain, waits at a closed port, and answers
//! some names without asking. `tests/it/library.rs` shows each, and the benchmark shows the cost.
//! So only the messages come from the library.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout, timeout_at};

use super::query::{Asked, DATAGRAM_BYTES_MAX, question};
use super::read::{self, Reply, Unread};
use super::{Answer, Lookup, LookupError, Transport};

/// The number of times that a question is sent, evenly over the time: datagrams get lost.
const SENDINGS: u32 = 3;

/// Asks one server, for at most `limit`.
pub(super) async fn ask(
    lookup: &Lookup,
    server: SocketAddr,
    limit: Duration,
) -> Result<Answer, LookupError> {
    let question = question(lookup)?;
    let mut ignored = 0;
    let whole = async {
        match by_datagram(lookup, &question, server, limit, &mut ignored).await? {
            Reply::Said(answer) => Ok(answer),
            Reply::Truncated => by_connection(lookup, &question, server).await,
        }
    };
    let ended = timeout(limit, whole).await;
    ended.unwrap_or_else(|_| {
        Err(LookupError::TimedOut {
            name: lookup.name.clone(),
            kind: lookup.kind,
            at: lookup.at,
            limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            ignored,
        })
    })
}

async fn by_datagram(
    lookup: &Lookup,
    asked: &Asked,
    server: SocketAddr,
    limit: Duration,
    ignored: &mut u32,
) -> Result<Reply, LookupError> {
    let failed = |it: std::io::Error| LookupError::network(lookup, &it);
    // Each question has a connected port of its own: no packets of other senders come in, and a
    // closed port is reported at once.
    let local: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((local, 0)).await.map_err(failed)?;
    socket.connect(server).await.map_err(failed)?;
    // One byte more than permitted: a larger datagram is recognized, and asked for again over TCP.
    let mut packet = [0; DATAGRAM_BYTES_MAX as usize + 1];
    let rest = limit / SENDINGS;
    loop {
        socket.send(&asked.bytes).await.map_err(failed)?;
        let again = Instant::now() + rest;
        while let Ok(received) = timeout_at(again, socket.recv(&mut packet)).await {
            let bytes = &packet[..received.map_err(failed)?];
            match read::read(lookup, asked, bytes, server, Transport::Udp) {
                Ok(reply) => return Ok(reply),
                Err(Unread::NotOurs) => *ignored = ignored.saturating_add(1),
                Err(Unread::Error(error)) => return Err(error),
            }
        }
    }
}

async fn by_connection(
    lookup: &Lookup,
    asked: &Asked,
    server: SocketAddr,
) -> Result<Answer, LookupError> {
    let failed = |it: std::io::Error| LookupError::network(lookup, &it);
    let mut stream = TcpStream::connect(server).await.map_err(failed)?;
    let length = u16::try_from(asked.bytes.len());
    let length = length.map_err(|it| LookupError::network(lookup, &it))?;
    let framed = [&length.to_be_bytes()[..], &asked.bytes].concat();
    stream.write_all(&framed).await.map_err(failed)?;
    // The length has two bytes, so no server can make us hold more than 64 KiB.
    let mut bytes = vec![0; usize::from(stream.read_u16().await.map_err(failed)?)];
    stream.read_exact(&mut bytes).await.map_err(failed)?;
    match read::read(lookup, asked, &bytes, server, Transport::Tcp) {
        Ok(Reply::Said(answer)) => Ok(answer),
        Ok(Reply::Truncated) => Err(LookupError::malformed(lookup, &"cut off even over TCP")),
        Err(Unread::NotOurs) => Err(LookupError::malformed(lookup, &"it answers something else")),
        Err(Unread::Error(error)) => Err(error),
    }
}
