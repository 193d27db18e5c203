//! A remote command's input and output as one stream.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;

/// The first words of a remote command's standard error are enough to name a cause.
const STDERR_BYTES_MAX: usize = 4 << 10;

/// Bytes to and from a command on a host. Holds one of the connection's sessions until dropped.
pub struct Duplex {
    // `None` once it is shut down. A pipe has no other way to say that nothing more will come.
    stdin: Option<openssh::ChildStdin>,
    stdout: openssh::ChildStdout,
    stderr: Arc<Mutex<Vec<u8>>>,
    // The child is what keeps the channel; the permit is what keeps others waiting.
    _child: openssh::Child<Arc<openssh::Session>>,
    _permit: OwnedSemaphorePermit,
}

impl Duplex {
    pub(super) fn new(
        mut child: openssh::Child<Arc<openssh::Session>>,
        permit: OwnedSemaphorePermit,
    ) -> Option<Self> {
        let stdin = child.stdin().take()?;
        let stdout = child.stdout().take()?;
        let mut from = child.stderr().take()?;
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&stderr);
        // Ends by itself when the channel closes.
        tokio::spawn(async move {
            let mut chunk = [0; 1024];
            while let Ok(count @ 1..) = from.read(&mut chunk).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = STDERR_BYTES_MAX.saturating_sub(kept.len()).min(count);
                kept.extend_from_slice(&chunk[..room]);
            }
        });
        Some(Self { stdin: Some(stdin), stdout, stderr, _child: child, _permit: permit })
    }

    /// What the command has said on standard error so far; shared, so it outlives the stream.
    pub fn stderr(&self) -> Arc<Mutex<Vec<u8>>> {
        Arc::clone(&self.stderr)
    }
}

impl std::fmt::Debug for Duplex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Duplex")
    }
}

impl AsyncRead for Duplex {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stdout).poll_read(cx, buf)
    }
}

impl AsyncWrite for Duplex {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.stdin {
            Some(stdin) => Pin::new(stdin).poll_write(cx, buf),
            None => Poll::Ready(Err(std::io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.stdin {
            Some(stdin) => Pin::new(stdin).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        std::task::ready!(self.as_mut().poll_flush(cx))?;
        self.stdin = None;
        Poll::Ready(Ok(()))
    }
}
