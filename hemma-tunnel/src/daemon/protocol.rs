//! What a supervisor in the background is asked and answers: one JSON value a line.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{Forward, ForwardName, Snapshot};

/// No request and no answer comes near it.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Lines of the log at once.
pub(super) const LOG_LINES_MAX: usize = 1000;

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// How everything is, by a fresh look.
    Status,
    /// Opens one more forward.
    Add {
        /// The plan.
        forward: Forward,
    },
    /// Closes one.
    Remove {
        /// Which.
        name: ForwardName,
    },
    /// Tries again at once, also after a fatal failure.
    Retry,
    /// The end of the log.
    Logs {
        /// How many lines.
        lines: usize,
    },
    /// Ends all of it.
    Stop,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// To a question for the status.
    Status(Status),
    /// It is done, or begins.
    Done,
    /// To a question for the log, oldest first.
    Lines {
        /// The lines.
        lines: Vec<String>,
    },
    /// It is not done.
    Refused {
        /// Why.
        reason: String,
    },
}

/// A supervisor in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its process.
    pub pid: u32,
    /// Since when it runs.
    pub since: jiff::Timestamp,
    /// How it is.
    pub tunnel: Snapshot,
}

impl Request {
    /// Reads one line from outside.
    pub fn read(line: &[u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(line).map_err(|source| Malformed { said: source.to_string() })
    }

    /// How long its answer may take.
    pub(super) fn patience(&self) -> Duration {
        match self {
            Self::Remove { .. } => super::DRAIN + Duration::from_secs(5),
            _ => Duration::from_secs(5),
        }
    }
}

/// A line that is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("that is no request: {said}")]
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
