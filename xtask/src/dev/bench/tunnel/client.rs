//! A client of a forwarded port that measures times.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// The time for one request, after which it is sent on a new connection.
const ONE: Duration = Duration::from_secs(5);

/// The time until the port answers; `None` if it does not within `limit`.
pub(super) async fn answers(port: u16, limit: Duration) -> Option<Duration> {
    let begun = Instant::now();
    while begun.elapsed() < limit {
        if matches!(timeout(ONE, requests(port, 1)).await, Ok(Ok(_))) {
            return Some(begun.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

/// The time for that many requests on one connection, one after another.
pub(super) async fn requests(port: u16, count: u32) -> std::io::Result<Duration> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.set_nodelay(true)?;
    let mut chunk = vec![0; 4 << 10];
    for _ in 0..count {
        stream.write_all(HEALTH).await?;
        let mut seen = Vec::new();
        while !seen.ends_with(b"}") {
            let count = some(&mut stream, &mut chunk).await?;
            seen.extend_from_slice(&chunk[..count]);
        }
    }
    Ok(begun.elapsed())
}

/// The time for that many bytes.
pub(super) async fn fetch(port: u16, bytes: u64) -> std::io::Result<Duration> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let question = format!("GET /bytes/{bytes} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(question.as_bytes()).await?;
    let mut chunk = vec![0; 256 << 10];
    let mut seen = 0;
    while seen < bytes {
        seen += some(&mut stream, &mut chunk).await? as u64;
    }
    Ok(begun.elapsed())
}

async fn some(stream: &mut TcpStream, chunk: &mut [u8]) -> std::io::Result<usize> {
    match stream.read(chunk).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        count => Ok(count),
    }
}
