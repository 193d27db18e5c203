//! One connection to the engine: a remote command that speaks HTTP on its standard streams.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bollard::{BollardRequest, Docker};
use hemma_core::{Command, End, ExecError, Host, Live};
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::JoinHandle;

use super::EngineError;

/// The largest answer: more than any that is asked for, and less than what would hurt this machine.
const ANSWER_BYTES_MAX: usize = 32 << 20;

/// The cause is on another stream than the end of the connection, and may come a moment later.
const CAUSE_PATIENCE: Duration = Duration::from_millis(300);

pub(super) struct Wire {
    docker: Docker,
    stderr: Arc<Mutex<Vec<u8>>>,
    end: End,
    carrier: JoinHandle<()>,
}

impl Wire {
    pub(super) async fn open(live: &Live, host: &Host) -> Result<Self, EngineError> {
        let unreachable =
            |source: ExecError| EngineError::Unreachable { host: host.clone(), source };
        let duplex = live.duplex(host, &dial()).await.map_err(unreachable)?;
        let (stderr, end) = (duplex.stderr(), duplex.end());
        let left = Arc::new(AtomicUsize::new(ANSWER_BYTES_MAX));
        let stream = Bounded { stream: duplex, left: Arc::clone(&left) };
        let lost = |error: &dyn std::error::Error| EngineError::lost(host, &error.to_string());
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| lost(&error))?;
        // The waiting request is told how the connection ended.
        let carrier = tokio::spawn(async move {
            let _ = connection.await;
        });
        let sender = Arc::new(tokio::sync::Mutex::new(sender));
        let transport = move |request: BollardRequest| {
            let sender = Arc::clone(&sender);
            left.store(ANSWER_BYTES_MAX, Ordering::Relaxed);
            async move {
                let mut sender = sender.lock().await;
                sender.ready().await?;
                Ok(sender.send_request(origin_form(request)).await?)
            }
        };
        // The time limit is set around the whole exchange: bollard's ends with the headers.
        let no_limit = u64::from(u32::MAX);
        let docker = Docker::connect_with_custom_transport(
            transport,
            Some("http://docker"),
            no_limit,
            bollard::API_DEFAULT_VERSION,
        );
        Ok(Self { docker: docker.map_err(|error| lost(&error))?, stderr, end, carrier })
    }

    pub(super) fn docker(&self) -> Docker {
        self.docker.clone()
    }

    pub(super) fn is_open(&self) -> bool {
        !self.carrier.is_finished()
    }

    /// The cause of a missing answer: the message of the command at the other end, if there is one.
    pub(super) async fn cause(&self, host: &Host, error: &bollard::errors::Error) -> EngineError {
        use bollard::errors::Error as Bollard;
        if matches!(error, Bollard::JsonDataError { .. } | Bollard::JsonSerdeError { .. }) {
            return EngineError::unreadable(host, &hemma_core::causes(error));
        }
        if let Some(source) = self.end.not_begun().await {
            return EngineError::not_begun(host, source);
        }
        let pause = CAUSE_PATIENCE / 30;
        for _ in 0..30 {
            if !self.words().is_empty() {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        let words = self.words();
        if words.is_empty() {
            return EngineError::lost(host, &hemma_core::causes(error));
        }
        EngineError::from_words(host, &words)
    }

    /// Whether the login shell or sudo kept the command from starting, after a silence.
    pub(super) async fn why_silent(&self, host: &Host) -> Option<EngineError> {
        self.end.not_begun().await.map(|it| EngineError::not_begun(host, it))
    }

    fn words(&self) -> String {
        let stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&stderr).into_owned()
    }
}

impl Drop for Wire {
    /// Ends the wire of an abandoned exchange, so that the session is free again.
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

fn dial() -> Command {
    Command::new("docker").args(["system", "dial-stdio"]).sudo()
}

/// The request in the form for a server and not for a proxy.
///
/// The path carries no version, so that the engine answers with its newest: a fixed old one is
/// refused by engine 29 (oldest 1.44), a fixed new one by 20.10 (newest 1.41).
fn origin_form(mut request: BollardRequest) -> BollardRequest {
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(hyper::Uri::default, Into::into);
    request.headers_mut().insert(HOST, HeaderValue::from_static("docker"));
    request
}

/// A stream that ends an answer which is longer than any that is asked for.
struct Bounded<S> {
    stream: S,
    left: Arc<AtomicUsize>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        // Checked before reading: what was read and then refused would be lost.
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            let reason = "the engine's answer is larger than 32 MiB";
            return Poll::Ready(Err(std::io::Error::other(reason)));
        }
        let before = buf.filled().len();
        let read = std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        let fresh = buf.filled().len() - before;
        self.left.store(left.saturating_sub(fresh), Ordering::Relaxed);
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn an_answer_that_does_not_end_is_ended() {
        let left = Arc::new(AtomicUsize::new(1 << 20));
        let mut stream = Bounded { stream: tokio::io::repeat(b'x'), left: Arc::clone(&left) };
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer).await;
        assert!(read.expect_err("it has no end").to_string().contains("larger than"));
        assert!(answer.len() < 3 << 20, "{} bytes were taken", answer.len());
    }
}
