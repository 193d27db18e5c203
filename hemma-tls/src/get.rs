//! One GET request to a chosen address for a site's name.
//!
//! The method is GET and never HEAD: the services behind the proxy answer HEAD with 405.

mod error;
mod parts;

use std::time::Duration;

use hemma_core::{Live, Question};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

pub use error::GetError;
pub use parts::{Parts, SeenParts};

use crate::handshake::{Open, open, open_plain};
use crate::text::printable;
use crate::{Met, Site};

const USUAL_LIMIT: Duration = Duration::from_secs(8);
/// The maximum length of a body. A health body has a few hundred bytes.
const BODY_BYTES_MAX: usize = 64 << 10;
const HEADER_BYTES_MAX: usize = 32 << 10;
const BODY_CHARS_KEPT: usize = 300;

/// A request to a site for one path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Get {
    /// The site.
    #[serde(flatten)]
    pub site: Site,
    /// The scheme.
    pub scheme: Scheme,
    /// The path, beginning with `/`.
    pub path: String,
    /// The time limit in milliseconds.
    pub limit_ms: u64,
    /// The parts of the reply that are of interest beside those that a [`Reply`] always has.
    #[serde(default, skip_serializing_if = "Parts::is_empty")]
    pub parts: Parts,
}

/// The scheme of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// A verified TLS connection. Nothing is sent over an unverified one.
    Https,
    /// A plain connection, as the certificate authority's challenge uses it.
    Http,
}

impl Get {
    /// A request with the usual time limit.
    pub fn new(site: &Site, scheme: Scheme, path: impl Into<String>) -> Self {
        let (site, path, parts) = (site.clone(), path.into(), Parts::default());
        Self { site, scheme, path, limit_ms: 0, parts }.within(USUAL_LIMIT)
    }

    /// Asks for more parts of the reply.
    #[must_use]
    pub fn with(mut self, parts: Parts) -> Self {
        self.parts = parts;
        self
    }

    /// Sets another time limit.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

/// The reply. Redirects are shown and not followed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The target of a redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The HSTS header as sent: how long browsers must use HTTPS only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hsts: Option<String>,
    /// The name that the server gives itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The TLS version. `None` without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The `service` field, if the body is JSON and has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Whether the server asked for a client certificate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_client_certificate: bool,
    /// The `status` field, if the body is JSON and has one: what the service says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    /// The login that is asked for (`WWW-Authenticate`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// When to try again (`Retry-After`), as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// The parts that were asked for.
    #[serde(default, skip_serializing_if = "SeenParts::is_empty")]
    pub parts: SeenParts,
    /// The beginning of the body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The number of bytes of the body that were read.
    pub body_bytes: usize,
    /// Whether the body exceeded the limit and was cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

impl Question for Get {
    const KIND: &'static str = "tls.get";
    type Answer = Reply;
    type Error = GetError;

    async fn ask(&self, _: &Live) -> Result<Reply, GetError> {
        let limit = Duration::from_millis(self.limit_ms);
        let deadline = Instant::now() + limit;
        let met = |met: Met| GetError::NoConnection { site: self.site.clone(), met };
        let failed = |source| GetError::Handshake { site: self.site.clone(), source };
        match self.scheme {
            Scheme::Https => match open(&self.site, limit).await.map_err(failed)? {
                Open::Trusted(stream, presented) => {
                    let asks_client_certificate = presented.asks_client_certificate;
                    match self.talk(*stream, deadline).await {
                        Ok(reply) => Ok(Reply {
                            protocol: presented.protocol,
                            asks_client_certificate,
                            ..reply
                        }),
                        // In TLS 1.3 a server looks at the client's certificate, or at its absence,
                        // only after the handshake.
                        Err(GetError::Broken { .. }) if asks_client_certificate => {
                            Err(met(Met::ClientCertificate))
                        }
                        Err(error) => Err(error),
                    }
                }
                Open::Not(other) => Err(met(other)),
            },
            Scheme::Http => match open_plain(&self.site, deadline).await.map_err(failed)? {
                Ok(stream) => self.talk(stream, deadline).await,
                Err(other) => Err(met(other)),
            },
        }
    }
}

impl Get {
    async fn talk<S>(&self, stream: S, deadline: Instant) -> Result<Reply, GetError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let talked = timeout_at(deadline, self.exchange(stream)).await;
        talked.unwrap_or_else(|_| {
            let (site, path) = (self.site.clone(), self.path.clone());
            Err(GetError::TimedOut { site, path, limit_ms: self.limit_ms })
        })
    }

    async fn exchange<S>(&self, stream: S) -> Result<Reply, GetError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let request = Request::get(&self.path)
            .header("host", self.host())
            .header("user-agent", "hemma")
            .header("accept", "application/json, */*")
            .header("connection", "close")
            .body(Empty::<Bytes>::new())
            .map_err(|it| self.broken(&it))?;
        let handshake = http1::Builder::new()
            .max_buf_size(HEADER_BYTES_MAX)
            .handshake(TokioIo::new(stream))
            .await;
        let (mut sender, connection) = handshake.map_err(|it| self.broken(&it))?;
        // The task ends when the sender is dropped, so with this function.
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|it| self.broken(&it))?;
        self.reply(response).await
    }

    async fn reply(&self, response: Response<Incoming>) -> Result<Reply, GetError> {
        let (head, mut incoming) = response.into_parts();
        let (mut body, mut cut) = (Vec::new(), false);
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|it| self.broken(&it))?;
            let Ok(data) = frame.into_data() else { continue };
            let room = BODY_BYTES_MAX - body.len();
            body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                cut = true;
                break;
            }
        }
        let json = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Reply {
            status: head.status.as_u16(),
            location: parts::header(&head.headers, "location"),
            hsts: parts::header(&head.headers, "strict-transport-security"),
            server: parts::header(&head.headers, "server"),
            protocol: None,
            asks_client_certificate: false,
            service: parts::text(&json, "service"),
            health: parts::text(&json, "status"),
            login: parts::header(&head.headers, "www-authenticate"),
            retry_after: parts::header(&head.headers, "retry-after"),
            parts: self.parts.read(&head.headers, &body, &json),
            body: printable(&body, BODY_CHARS_KEPT),
            body_bytes: body.len(),
            cut,
        })
    }

    fn host(&self) -> String {
        let usual = match self.scheme {
            Scheme::Https => 443,
            Scheme::Http => 80,
        };
        let (name, port) = (self.site.name.as_str(), self.site.to.port());
        let name = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
        if port == usual { name } else { format!("{name}:{port}") }
    }

    fn broken(&self, source: &dyn std::error::Error) -> GetError {
        let (site, path) = (self.site.clone(), self.path.clone());
        GetError::Broken {
            site,
            path,
            reason: printable(hemma_core::causes(source).as_bytes(), 200),
        }
    }
}
