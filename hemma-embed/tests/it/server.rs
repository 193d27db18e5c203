//! An HTTP/1.1 server of a few lines, so that a test decides about every byte and every pause.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hemma_embed::ServerUrl;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a request is JSON")
    }

    pub(crate) fn list(&self, key: &str) -> Vec<String> {
        serde_json::from_value(self.json()[key].clone()).expect("a list of texts")
    }
}

/// What the server does about it.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A whole answer, after a pause.
    Whole { status: u16, headers: Vec<(String, String)>, body: Vec<u8>, pause: Duration },
    /// These bytes, and then the connection ends.
    Cut(Vec<u8>),
    /// These bytes, and then nothing, without an end.
    Silence(Vec<u8>),
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let pause = Duration::ZERO;
        Self::Whole { status, headers: Vec::new(), body: body.into(), pause }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).header("Content-Type", "application/json")
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.into()));
        }
        self
    }

    pub(crate) fn after(mut self, wait: Duration) -> Self {
        if let Self::Whole { pause, .. } = &mut self {
            *pause = wait;
        }
        self
    }

    /// The answer's bytes, as they would go over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self::Whole { status, headers, body, .. } = self else { return Vec::new() };
        let mut head = format!("HTTP/1.1 {status} Words\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        [head.as_bytes(), b"\r\n", body].concat()
    }
}

/// A server until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) url: ServerUrl,
    asked: Arc<Mutex<Vec<Asked>>>,
    running: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", answer).await
    }

    pub(crate) async fn start_at(
        address: &str,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let asked = Arc::default();
        let running = tokio::spawn(serve(listener, Arc::new(answer), Arc::clone(&asked)));
        let url = format!("http://{address}").parse().expect("an address is a URL");
        Self { url, asked, running }
    }

    /// Everything that was asked so far, health aside.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().expect("no test panics with it");
        asked.iter().filter(|it| it.path != "/healthz").cloned().collect()
    }

    pub(crate) fn address(&self) -> String {
        self.url.as_str().trim_start_matches("http://").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

type Answer = dyn Fn(&Asked) -> Reply + Send + Sync;

async fn serve(listener: TcpListener, answer: Arc<Answer>, asked: Arc<Mutex<Vec<Asked>>>) {
    // Connections end with the server.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (answer, asked) = (Arc::clone(&answer), Arc::clone(&asked));
        connections.spawn(async move {
            // A client that hangs up is part of many tests.
            let _ = talk(stream, &*answer, &asked).await;
        });
    }
}

async fn talk(
    stream: TcpStream,
    answer: &Answer,
    asked: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        asked.lock().expect("no test panics with it").push(request.clone());
        match answer(&request) {
            Reply::Cut(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Reply::Silence(bytes) => {
                stream.write_all(&bytes).await?;
                std::future::pending::<()>().await;
            }
            reply @ Reply::Whole { pause, .. } => {
                tokio::time::sleep(pause).await;
                stream.write_all(&reply.bytes()).await?;
            }
        }
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Asked>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut words = lines[0].split(' ').map(str::to_owned);
    let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
    let headers: HashMap<_, _> = lines[1..]
        .iter()
        .filter_map(|it| it.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let len = headers.get("content-length").map_or(0, |it| it.parse().expect("a number"));
    let mut body = vec![0; len];
    stream.read_exact(&mut body).await?;
    Ok(Some(Asked { method, path, headers, body }))
}
