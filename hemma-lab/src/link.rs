//! A relay with a set delay that can stall, freeze, be cut, and be repaired.
//!
//! The kernel of a CI machine has no `netem`, and loopback has no distance. Here a new connection
//! is held for one round trip before it reaches the other side (TCP's own handshake, which the
//! kernel would otherwise do for free), and bytes are released one way's delay after they came.
//!
//! Loss, reordering and a limited bandwidth are absent. TCP hides the first two from a program, and
//! no command of hemma's is limited by the third.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The bound on chunks on their way in one direction. With the chunk size it is far more than a
/// real connection ever has in flight.
const CHUNKS_MAX: usize = 512;
const CHUNK_BYTES_MAX: usize = 32 << 10;

/// An open relay on its own loopback port. Closes, with every connection, when dropped.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    weather: Arc<watch::Sender<Weather>>,
    open: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

/// The present state of the link. Connections are numbered from 0 in the order they came.
#[derive(Debug, Clone, Copy)]
struct Weather {
    one_way: Duration,
    stalled: bool,
    refusing: bool,
    /// The number of the next connection.
    next: u64,
    frozen_below: u64,
    cut_below: u64,
}

impl Weather {
    fn moves(&self, number: u64) -> bool {
        !self.stalled && number >= self.frozen_below
    }

    fn is_cut(&self, number: u64) -> bool {
        number < self.cut_below
    }
}

impl Link {
    /// Relays a free loopback port to `target`, with `round_trip` between the two.
    pub async fn open(target: SocketAddr, round_trip: Duration) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let weather = Arc::new(watch::Sender::new(Weather {
            one_way: round_trip / 2,
            stalled: false,
            refusing: false,
            next: 0,
            frozen_below: 0,
            cut_below: 0,
        }));
        let open = Arc::new(AtomicUsize::new(0));
        let accepting =
            tokio::spawn(accept(listener, target, Arc::clone(&weather), Arc::clone(&open)));
        Ok(Self { address, weather, open, accepting })
    }

    /// The address to connect to instead of the target.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of open connections.
    pub fn connections(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// The number of connections so far.
    pub fn accepted(&self) -> u64 {
        self.weather.borrow().next
    }

    /// Sets the round trip time.
    pub fn delay(&self, round_trip: Duration) {
        self.weather.send_modify(|it| it.one_way = round_trip / 2);
    }

    /// Stops all bytes without an error: a laptop that left the network.
    pub fn stall(&self) {
        self.weather.send_modify(|it| it.stalled = true);
    }

    /// As [`stall`](Self::stall), but new connections work: what a firewall or a changed address
    /// does to open ones.
    pub fn freeze(&self) {
        self.weather.send_modify(|it| it.frozen_below = it.next);
    }

    /// Resets every connection, and each new one, until it is repaired.
    pub fn cut(&self) {
        self.weather.send_modify(|it| (it.cut_below, it.refusing) = (it.next, true));
    }

    /// Repairs the link. What a stall held back arrives now; what was cut stays cut.
    pub fn mend(&self) {
        self.weather.send_modify(|it| {
            (it.stalled, it.refusing, it.frozen_below) = (false, false, 0);
        });
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    weather: Arc<watch::Sender<Weather>>,
    open: Arc<AtomicUsize>,
) {
    // A failed accept is about one connection that is gone already, not about the listener.
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let mut number = 0;
        weather.send_modify(|it| (number, it.next) = (it.next, it.next + 1));
        if weather.borrow().refusing {
            reset(&client);
            continue;
        }
        let (weather, count) = (weather.subscribe(), Open::new(&open));
        tokio::spawn(async move {
            // However a relayed connection ends, both sides have seen it.
            let _ = carry(client, target, number, weather).await;
            drop(count);
        });
    }
}

async fn carry(
    client: TcpStream,
    target: SocketAddr,
    number: u64,
    mut weather: watch::Receiver<Weather>,
) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let handshake = weather.borrow().one_way * 2;
    tokio::time::sleep(handshake).await;
    let server = TcpStream::connect(target).await?;
    server.set_nodelay(true)?;
    let ((from_client, mut to_client), (from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let relayed = async {
        tokio::join!(
            pump(from_client, &mut to_server, number, weather.clone()),
            pump(from_server, &mut to_client, number, weather.clone()),
        )
    };
    let was_cut = tokio::select! {
        _ = relayed => false,
        // An error means that the link itself is gone, which cuts as well.
        _ = async { weather.clone().wait_for(|it| it.is_cut(number)).await.is_ok() } => true,
    };
    if was_cut || weather.borrow_and_update().is_cut(number) {
        reset(to_client.as_ref());
        reset(to_server.as_ref());
    }
    Ok(())
}

/// Moves bytes from one side to the other, each released one way's delay after it came.
async fn pump(
    mut from: OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    number: u64,
    mut weather: watch::Receiver<Weather>,
) {
    let (road, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(CHUNKS_MAX);
    let departures = weather.clone();
    let depart = async move {
        loop {
            let mut chunk = vec![0; CHUNK_BYTES_MAX];
            // A reset ends the stream like an end does: nothing more will come.
            let count = from.read(&mut chunk).await.unwrap_or(0);
            chunk.truncate(count);
            let arrival = Instant::now() + departures.borrow().one_way;
            // The end of the stream is an empty chunk, so that it is delayed too.
            if road.send((arrival, chunk)).await.is_err() || count == 0 {
                return;
            }
        }
    };
    let arrive = async {
        while let Some((arrival, chunk)) = arriving.recv().await {
            tokio::time::sleep_until(arrival).await;
            if weather.wait_for(|it| it.moves(number)).await.is_err() || chunk.is_empty() {
                break;
            }
            if to.write_all(&chunk).await.is_err() {
                // The writer must notice it, so the other half is not read any longer.
                arriving.close();
                return;
            }
        }
        // It may be closed already.
        let _ = to.shutdown().await;
    };
    tokio::pin!(depart);
    tokio::select! {
        () = arrive => {}
        () = async { depart.await; std::future::pending::<()>().await } => {}
    }
}

/// Makes the kernel send a reset instead of an orderly end when the stream is dropped.
fn reset(stream: &TcpStream) {
    // It fails only on a stream that is already closed.
    let _ = stream.set_zero_linger();
}

/// Counts an open connection while the value lives.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
