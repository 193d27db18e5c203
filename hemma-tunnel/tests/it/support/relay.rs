//! A line between ssh and sshd that can be slow, stall, freeze, break, and be away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

#[derive(Debug, Clone, Copy, Default)]
struct Line {
    /// Connections up to this number take bytes and deliver none, for ever.
    frozen: u64,
    /// Connections up to this number are reset.
    reset: u64,
    /// Bytes wait.
    stalled: bool,
    /// Nothing listens.
    down: bool,
    /// One way.
    delay: Duration,
}

pub(crate) struct Relay {
    port: u16,
    line: watch::Sender<Line>,
    made: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Relay {
    pub(crate) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback is there");
        let port = listener.local_addr().expect("bound").port();
        let line = watch::Sender::new(Line::default());
        let made = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(listen(listener, to, line.clone(), Arc::clone(&made)));
        Self { port, line, made, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many connections were made through it.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::SeqCst)
    }

    pub(crate) fn delay(&self, one_way: Duration) {
        self.line.send_modify(|it| it.delay = one_way);
    }

    /// What is open dies silently; new connections work.
    pub(crate) fn freeze(&self) {
        self.line.send_modify(|it| it.frozen = self.made());
    }

    pub(crate) fn reset(&self) {
        self.line.send_modify(|it| it.reset = self.made());
    }

    pub(crate) fn stall(&self, stalled: bool) {
        self.line.send_modify(|it| it.stalled = stalled);
    }

    pub(crate) async fn down(&self) {
        self.line.send_modify(|it| (it.down, it.reset) = (true, self.made()));
        // The port is free a moment later.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    pub(crate) fn up(&self) {
        self.line.send_modify(|it| it.down = false);
    }
}

async fn listen(listener: TcpListener, to: u16, line: watch::Sender<Line>, made: Arc<AtomicU64>) {
    let at = listener.local_addr().expect("bound");
    let mut listener = Some(listener);
    let mut changes = line.subscribe();
    let mut carried = tokio::task::JoinSet::new();
    loop {
        let Some(open) = &listener else {
            changes.wait_for(|it| !it.down).await.expect("the sender is ours");
            listener = TcpListener::bind(at).await.ok();
            continue;
        };
        tokio::select! {
            _ = changes.wait_for(|it| it.down) => listener = None,
            Some(_) = carried.join_next() => {}
            accepted = open.accept() => {
                let Ok((client, _)) = accepted else { continue };
                let number = made.fetch_add(1, Ordering::SeqCst) + 1;
                carried.spawn(carry(client, to, number, line.subscribe()));
            }
        }
    }
}

async fn carry(client: TcpStream, to: u16, number: u64, mut line: watch::Receiver<Line>) {
    let delay = line.borrow().delay;
    tokio::time::sleep(delay * 2).await;
    let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await else { return };
    for it in [&client, &server] {
        let _ = it.set_nodelay(true);
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let both = async {
        tokio::join!(
            one_way(from_client, to_server, number, line.clone()),
            one_way(from_server, to_client, number, line.clone()),
        )
    };
    let mut broken = line.clone();
    tokio::select! {
        _ = both => {}
        _ = broken.wait_for(|it| it.reset >= number) => {}
    }
    // Dropped with bytes unread or on the way, which a peer sees as a reset or an end.
    line.mark_unchanged();
}

async fn one_way(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    number: u64,
    mut line: watch::Receiver<Line>,
) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(256);
    let mut delays = line.clone();
    let reading = async move {
        let mut chunk = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from.read(&mut chunk).await {
            let due = Instant::now() + delays.borrow_and_update().delay;
            if sender.send((due, chunk[..count].to_vec())).await.is_err() {
                break;
            }
        }
    };
    let writing = async move {
        while let Some((due, bytes)) = receiver.recv().await {
            tokio::time::sleep_until(due).await;
            let _ = line.wait_for(|it| !it.stalled || it.frozen >= number).await;
            if line.borrow().frozen < number && to.write_all(&bytes).await.is_err() {
                break;
            }
        }
        if line.borrow().frozen >= number {
            // Not even an end comes through.
            std::future::pending::<()>().await;
        }
        let _ = to.shutdown().await;
    };
    tokio::select! {
        // A frozen connection goes when its reader does.
        () = async { reading.await; tokio::time::sleep(Duration::from_millis(200)).await } => {}
        () = writing => {}
    }
}
