//! Checks whether a service answers, over any stream: a channel to the host, or a local port.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};

/// The maximum length of a body. A health body has a few hundred bytes.
const BODY_BYTES_MAX: usize = 64 << 10;

/// The way to check that a service answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Probe {
    /// The service accepts a connection.
    #[default]
    Tcp,
    /// The service answers a GET with 200 to 299.
    Http {
        /// The path.
        path: String,
        /// A field of the JSON answer, and its required value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expect: Option<(String, serde_json::Value)>,
    },
}

impl Probe {
    /// A GET of `path`.
    pub fn http(path: impl Into<String>) -> Self {
        Self::Http { path: path.into(), expect: None }
    }

    /// Requires that the answer is JSON in which `field` is `value`. It has no effect on TCP.
    #[must_use]
    pub fn expecting(self, field: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        match self {
            Self::Tcp => Self::Tcp,
            Self::Http { path, .. } => {
                Self::Http { path, expect: Some((field.into(), value.into())) }
            }
        }
    }
}

/// Asks over a stream to the service.
pub(crate) async fn ask<S>(stream: S, probe: &Probe, deadline: Duration) -> Result<(), Silence>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Probe::Http { path, expect } = probe else {
        return Ok(());
    };
    let asking = async {
        let (code, body) = get(stream, path).await?;
        judge(code, &body, expect.as_ref())
    };
    let late = |_| Silence::Late { ms: u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX) };
    tokio::time::timeout(deadline, asking).await.map_err(late)?
}

/// Asks at a local address, as a user of the forward does.
pub async fn ask_at(at: SocketAddr, probe: &Probe, deadline: Duration) -> Result<(), Silence> {
    let late = |_| Silence::Late { ms: u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX) };
    let asking = async {
        let stream = tokio::net::TcpStream::connect(at).await;
        let stream = stream.map_err(|source| Silence::Closed { said: source.to_string() })?;
        ask(stream, probe, deadline).await
    };
    tokio::time::timeout(deadline, asking).await.map_err(late)?
}

async fn get<S>(stream: S, path: &str) -> Result<(u16, Bytes), Silence>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let said = |error: &dyn std::error::Error| Silence::Closed { said: hemma_core::causes(error) };
    let request = hyper::Request::get(path)
        .header("host", "127.0.0.1")
        .header("connection", "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| said(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| said(&error))?;
    let asking = async {
        let answer = sender.send_request(request).await.map_err(|error| said(&error))?;
        let code = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), BODY_BYTES_MAX).collect().await;
        let body = body.map_err(|error| Silence::Closed { said: error.to_string() })?;
        Ok((code, body.to_bytes()))
    };
    tokio::pin!(asking, connection);
    tokio::select! {
        // A complete answer counts, even if the connection is closed right after it.
        biased;
        answer = &mut asking => answer,
        ended = &mut connection => match ended {
            Ok(()) => asking.await,
            Err(error) => Err(said(&error)),
        },
    }
}

fn judge(
    code: u16,
    body: &[u8],
    expect: Option<&(String, serde_json::Value)>,
) -> Result<(), Silence> {
    if !(200..300).contains(&code) {
        return Err(Silence::Status { code, said: excerpt(body) });
    }
    let Some((field, expected)) = expect else {
        return Ok(());
    };
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let seen = json.as_ref().and_then(|it| it.get(field));
    if seen == Some(expected) {
        return Ok(());
    }
    let seen = seen.map_or_else(|| excerpt(body), |it| excerpt(it.to_string().as_bytes()));
    Err(Silence::Field { field: field.clone(), expected: expected.to_string(), seen })
}

fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|it| !it.is_control()).take(120).collect()
}

/// Why a service does not count as answering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// The service did not answer in time.
    #[error("no answer within {ms} ms")]
    Late {
        /// The limit in milliseconds.
        ms: u64,
    },
    /// The service refused or closed the connection, or did not speak HTTP.
    #[error("the connection ended without an answer: {said}")]
    Closed {
        /// What was seen.
        said: String,
    },
    /// The service answered with an error status.
    #[error("it answered {code}: {said}")]
    Status {
        /// The HTTP status.
        code: u16,
        /// The beginning of the body.
        said: String,
    },
    /// Another service, a stub, or an unhealthy service answered.
    #[error("`{field}` in its answer is not {expected} but {seen}")]
    Field {
        /// The field.
        field: String,
        /// The required value.
        expected: String,
        /// The actual value, or the beginning of the body.
        seen: String,
    },
}

impl Silence {
    /// Whether the service answered at all, and is unhealthy.
    pub fn spoke(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::Field { .. })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn answered(answer: &'static str, probe: Probe) -> String {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        let serving = async move {
            let mut asked = [0; 512];
            let _ = theirs.read(&mut asked).await;
            let _ = theirs.write_all(answer.as_bytes()).await;
            // An empty answer stands for a service that reads the request and sends nothing.
            if answer.is_empty() {
                std::future::pending::<()>().await;
            }
        };
        let deadline = Duration::from_millis(50);
        tokio::select! {
            biased;
            result = ask(ours, &probe, deadline) => {
                result.map_or_else(|silence| silence.to_string(), |()| "well".to_owned())
            }
            () = async { serving.await; std::future::pending().await } => unreachable!(),
        }
    }

    #[tokio::test]
    async fn only_the_expected_answer_counts() {
        let health = || Probe::http("/healthz");
        let healthy = || health().expecting("status", "healthy");
        let rows = [
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", health(), "well"),
            ("HTTP/1.1 204 No Content\r\n\r\n", health(), "well"),
            ("", health(), "no answer within 50 ms"),
            ("HTTP/1.1 503 No\r\n\r\n{\"status\":\n\"degraded\"}", health(), "it answered 503: "),
            ("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"healthy\"}", healthy(), "well"),
            (
                "HTTP/1.1 200 OK\r\n\r\n{\"status\":\"degraded\"}",
                healthy(),
                "`status` in its answer is not \"healthy\" but \"degraded\"",
            ),
            (
                "HTTP/1.1 200 OK\r\n\r\n<html>",
                healthy(),
                "`status` in its answer is not \"healthy\" but <html>",
            ),
            ("SSH-2.0-OpenSSH_9.2\r\n", health(), "the connection ended without an answer: "),
            ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", health(), "the connection ended"),
        ];
        for (answer, probe, expected) in rows {
            let said = answered(answer, probe).await;
            assert!(said.starts_with(expected), "{answer:?}: {said}");
        }
    }

    #[tokio::test]
    async fn an_endless_body_has_an_end() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let serving = tokio::spawn(async move {
            let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
            answer.resize(BODY_BYTES_MAX * 4, b'x');
            theirs.write_all(&answer).await
        });
        let asked = ask(ours, &Probe::http("/"), Duration::from_secs(5)).await;
        assert!(matches!(asked, Err(Silence::Closed { .. })), "{asked:?}");
        assert!(serving.await.expect("it ran").is_err(), "the rest of the body was read");
    }
}
