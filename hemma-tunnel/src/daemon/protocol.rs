//! The protocol of the background supervisor: requests and answers are JSON, one per line.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{Forward, ForwardName, Snapshot};

/// The maximum length of a line. Requests and answers are much shorter.
const LINE_BYTES_MAX: usize = 1 << 20;

/// The maximum number of log lines in an answer.
pub(super) const LOG_LINES_MAX: usize = 1000;

/// A request to the supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Report the status, from a fresh look.
    Status,
    /// Open one more forward.
    Add {
        /// The forward.
        forward: Forward,
    },
    /// Close a forward.
    Remove {
        /// The name of the forward.
        name: ForwardName,
    },
    /// Try again at once, also after a fatal failure.
    Retry,
    /// Return the end of the log.
    Logs {
        /// The number of lines.
        lines: usize,
    },
    /// End the supervisor.
    Stop,
}

/// An answer of the supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The answer to [`Request::Status`].
    Status(Status),
    /// The request is carried out.
    Done,
    /// The answer to [`Request::Logs`], oldest line first.
    Lines {
        /// The lines.
        lines: Vec<String>,
    },
    /// The request is refused.
    Refused {
        /// The reason.
        reason: String,
    },
}

/// The status of a background supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its process id.
    pub pid: u32,
    /// The time of its start.
    pub since: jiff::Timestamp,
    /// The state of the tunnel.
    pub tunnel: Snapshot,
}

impl Request {
    /// Reads a request from one line.
    pub fn read(line: &[u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(line).map_err(|source| Malformed { said: source.to_string() })
    }

    /// The time limit of the answer.
    pub(super) fn patience(&self) -> Duration {
        match self {
            Self::Remove { .. } => super::DRAIN + Duration::from_secs(5),
            _ => Duration::from_secs(5),
        }
    }
}

/// The error for a line that is not a valid request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("that is not a request: {said}")]
pub struct Malformed {
    said: String,
}

/// The next line, without its end. `None` after the last.
pub(super) async fn read_line(
    from: &mut (impl AsyncBufRead + Unpin),
) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let count = from.take(limit).read_until(b'\n', &mut line).await?;
    if count == 0 {
        return Ok(None);
    }
    if line.pop_if(|it| *it == b'\n').is_none() {
        return Err(std::io::Error::other("a line without an end"));
    }
    Ok(Some(line))
}

pub(super) async fn write_line(
    to: &mut (impl AsyncWrite + Unpin),
    value: &impl Serialize,
) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    to.write_all(&line).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_and_nothing_else_is() {
        let forward = Forward::new("a".parse().expect("a name"), 2000, 80).expect("a forward");
        let name = forward.name().clone();
        for request in [
            Request::Status,
            Request::Add { forward },
            Request::Remove { name },
            Request::Retry,
            Request::Logs { lines: 3 },
            Request::Stop,
        ] {
            let line = serde_json::to_vec(&request).expect("serializes");
            assert_eq!(Request::read(&line), Ok(request));
        }
        for bad in [
            "",
            "{}",
            "status",
            r#"{"ask":"logs","lines":-1}"#,
            r#"{"ask":"remove","name":"-o"}"#,
            r#"{"ask":"add","forward":{"name":"a","local":80,"remote":"127.0.0.1:80"}}"#,
            "\u{0}",
        ] {
            assert!(Request::read(bad.as_bytes()).is_err(), "{bad:?} was taken");
        }
    }

    #[tokio::test]
    async fn a_line_has_an_end_and_a_limit() {
        let rows: [(Vec<u8>, Option<usize>); 3] = [
            (b"one\ntwo\n".to_vec(), Some(3)),
            (b"cut off".to_vec(), None),
            (vec![b'x'; LINE_BYTES_MAX + 10], None),
        ];
        for (bytes, length) in rows {
            let read = read_line(&mut bytes.as_slice()).await;
            assert_eq!(read.ok().flatten().map(|it| it.len()), length);
        }
        assert_eq!(read_line(&mut &b""[..]).await.expect("no error"), None);
    }
}
