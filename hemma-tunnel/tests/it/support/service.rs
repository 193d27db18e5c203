//! A service that says how it is, in HTTP, as the language tool does.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// 503, degraded.
    Ill,
    /// Accepts and says nothing.
    Silent,
    /// Nothing listens.
    Down,
}

pub(crate) struct Service {
    port: u16,
    mood: Arc<watch::Sender<Mood>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Service {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback is there");
        let port = listener.local_addr().expect("bound").port();
        let mood = Arc::new(watch::Sender::new(Mood::Well));
        let task = tokio::spawn(listen(listener, Arc::clone(&mood)));
        Self { port, mood, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn turn(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }
}

async fn listen(listener: TcpListener, mood: Arc<watch::Sender<Mood>>) {
    let at = listener.local_addr().expect("bound");
    let mut listener = Some(listener);
    let mut moods = mood.subscribe();
    let mut served = tokio::task::JoinSet::new();
    loop {
        let Some(open) = &listener else {
            served.abort_all();
            moods.wait_for(|it| *it != Mood::Down).await.expect("the sender is ours");
            listener = TcpListener::bind(at).await.ok();
            continue;
        };
        tokio::select! {
            _ = moods.wait_for(|it| *it == Mood::Down) => listener = None,
            Some(_) = served.join_next() => {}
            accepted = open.accept() => {
                let Ok((client, _)) = accepted else { continue };
                served.spawn(serve(client, mood.subscribe()));
            }
        }
    }
}

/// `GET /healthz`, `GET /bytes/N`, `GET /slow/MS`; anything else is told back.
async fn serve(mut client: TcpStream, mood: watch::Receiver<Mood>) {
    let _ = client.set_nodelay(true);
    let mut asked = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        while !asked.windows(4).any(|it| it == b"\r\n\r\n") {
            match client.read(&mut chunk).await {
                Ok(count @ 1..) => asked.extend_from_slice(&chunk[..count]),
                _ => return,
            }
        }
        let text = String::from_utf8_lossy(&asked).into_owned();
        asked.clear();
        let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
        let now = *mood.borrow();
        if now == Mood::Silent {
            std::future::pending::<()>().await;
        }
        let (code, body) = match (now, path.as_str()) {
            (Mood::Ill, _) => ("503 Service Unavailable", healthy("degraded")),
            (_, "/healthz") => ("200 OK", healthy("healthy")),
            (_, path) => {
                let mut words = path.split('/').skip(1);
                let (what, number) = (words.next(), words.next().and_then(|it| it.parse().ok()));
                let number: u64 = number.unwrap_or(0);
                if what == Some("slow") {
                    tokio::time::sleep(Duration::from_millis(number)).await;
                }
                if what == Some("bytes") {
                    if many(&mut client, number).await.is_err() {
                        return;
                    }
                    continue;
                }
                ("200 OK", b"ok".to_vec())
            }
        };
        let head = format!("HTTP/1.1 {code}\r\ncontent-length: {}\r\n\r\n", body.len());
        if client.write_all(head.as_bytes()).await.is_err()
            || client.write_all(&body).await.is_err()
        {
            return;
        }
    }
}

async fn many(client: &mut TcpStream, mut count: u64) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {count}\r\n\r\n");
    client.write_all(head.as_bytes()).await?;
    let chunk = vec![b'x'; 256 << 10];
    // The head counts, so that the reader need not tell them apart.
    count = count.saturating_sub(head.len() as u64);
    while count > 0 {
        let some = usize::try_from(count).unwrap_or(chunk.len()).min(chunk.len());
        client.write_all(&chunk[..some]).await?;
        count -= some as u64;
    }
    Ok(())
}

fn healthy(status: &str) -> Vec<u8> {
    format!("{{\"service\":\"language-tool-service\",\"status\":\"{status}\"}}").into_bytes()
}
