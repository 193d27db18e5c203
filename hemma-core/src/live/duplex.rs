//! A remote command's input and output as one stream.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;

use super::remarks::Remarks;
use super::sieve::{Sieved, Streams};
use super::story::{Story, Stream};
use crate::{Command, ExecError, Host};

/// The beginning of a remote command's standard error is enough to name a cause.
const STDERR_BYTES_MAX: usize = 4 << 10;

/// How long to wait for the reason, which arrives on another stream than the end.
const REASON_PATIENCE: Duration = Duration::from_millis(300);

/// Bytes to and from a command on a host. It holds one of the connection's sessions until dropped.
pub struct Duplex {
    // `None` after shutdown. Closing a pipe is the only way to signal its end.
    stdin: Option<openssh::ChildStdin>,
    stdout: Sieved<openssh::ChildStdout>,
    stderr: Arc<Mutex<Vec<u8>>>,
    end: End,
    // The child keeps the channel open; the permit counts the session.
    _held: Held,
}

type Child = openssh::Child<Arc<openssh::Session>>;
type Held = (Child, OwnedSemaphorePermit);

/// The progress of the command behind a [`Duplex`]; it outlives the stream.
#[derive(Debug, Clone)]
pub struct End {
    pub(super) host: Host,
    pub(super) command: Command,
    pub(super) story: Story,
    pub(super) remarks: Remarks,
}

impl End {
    /// Why the command did not begin, after its stream has ended or stays silent: the login shell
    /// did not run it, or sudo refused. `None` if it began.
    pub async fn not_begun(&self) -> Option<ExecError> {
        if self.story.is_begun() {
            return None;
        }
        // Without the end of the other stream, the reason is less precise.
        let both = async {
            tokio::join!(self.story.end_of(Stream::Output), self.story.end_of(Stream::Errors))
        };
        let _ = tokio::time::timeout(REASON_PATIENCE, both).await;
        let begun = self.story.is_begun();
        (!begun).then(|| self.story.why_not_begun(&self.host, &self.command, None))
    }
}

impl Duplex {
    pub(super) fn new(streams: Streams, held: Held, end: End) -> Self {
        let (stdin, stdout, mut from) = streams;
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&stderr);
        // The task ends by itself when the channel closes.
        tokio::spawn(async move {
            let mut chunk = [0; 1024];
            while let Ok(count @ 1..) = from.read(&mut chunk).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = STDERR_BYTES_MAX.saturating_sub(kept.len()).min(count);
                kept.extend_from_slice(&chunk[..room]);
            }
        });
        Self { stdin: Some(stdin), stdout, stderr, end, _held: held }
    }

    /// The progress of the command; shared, so it outlives the stream.
    pub fn end(&self) -> End {
        self.end.clone()
    }

    /// The standard error of the command so far; shared, so it outlives the stream.
    pub fn stderr(&self) -> Arc<Mutex<Vec<u8>>> {
        Arc::clone(&self.stderr)
    }
}

impl Drop for Duplex {
    fn drop(&mut self) {
        let End { host, command, story, remarks } = &self.end;
        if story.is_begun() {
            remarks.hear(host, story, command.is_sudo());
        }
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
