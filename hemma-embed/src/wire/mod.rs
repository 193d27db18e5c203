//! One HTTP request and its answer, with an error for each way to fail.
//!
//! reqwest is used without its conveniences: redirects are answers and not followed, no proxy of
//! the environment is used for local ports, nothing is retried by the library, and bodies are
//! passed on as they arrive.

mod error;
mod ids;
mod sending;
mod until;

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect, retry};

pub use error::{Cause, Problem, ReplyError, RequestError};
use ids::Ids;
pub(crate) use until::Until;

use crate::ServerUrl;

/// How long a service may be silent. Its slowest recorded answer took 46 seconds.
pub(crate) const SILENCE: Duration = Duration::from_secs(60);
/// The time limit for connecting. An address behind a tunnel answers within a round trip.
const CONNECT: Duration = Duration::from_secs(10);
/// The maximum length of the body that is kept of an error answer.
const ERROR_BODY: usize = 64 << 10;

/// The connections to services.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    client: Client,
    ids: Ids,
    silence: Duration,
}

impl Wire {
    pub(crate) fn new(silence: Duration) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(CONNECT)
            // Shorter than the 75 seconds after which aiohttp closes an idle connection.
            .pool_idle_timeout(Duration::from_secs(60))
            .build()
            .expect("a client of plain HTTP reads no certificates, so nothing can be missing");
        Self { client, ids: Ids::default(), silence }
    }

    pub(crate) async fn get(
        &self,
        url: &ServerUrl,
        path: &str,
        until: Until,
    ) -> Result<Answer, RequestError> {
        let endpoint = url.endpoint(path);
        self.send(self.client.get(&endpoint), endpoint, until).await
    }

    pub(crate) async fn post(
        &self,
        url: &ServerUrl,
        path: &str,
        json: Bytes,
        until: Until,
    ) -> Result<Answer, RequestError> {
        let endpoint = url.endpoint(path);
        let request = self.client.post(&endpoint).header(CONTENT_TYPE, "application/json");
        self.send(request.body(json), endpoint, until).await
    }

    async fn send(
        &self,
        request: RequestBuilder,
        endpoint: String,
        until: Until,
    ) -> Result<Answer, RequestError> {
        let asked = Asked { endpoint, id: self.ids.next() };
        let response = until
            .patient(self.silence, request.header("X-Correlation-ID", &asked.id).send())
            .await
            .map_err(|problem| asked.failed(problem))?
            .map_err(|source| asked.failed(Problem::sending(&source)))?;
        Ok(Answer { asked, response, silence: self.silence, until })
    }
}

/// The facts about a request that its error needs.
#[derive(Debug)]
struct Asked {
    endpoint: String,
    id: String,
}

impl Asked {
    fn failed(&self, problem: Problem) -> RequestError {
        RequestError {
            endpoint: self.endpoint.clone(),
            correlation_id: self.id.clone(),
            attempts: 1,
            problem,
        }
    }
}

/// An answer whose body has not been read yet.
#[derive(Debug)]
pub(crate) struct Answer {
    asked: Asked,
    response: Response,
    silence: Duration,
    until: Until,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        text(self.response.headers(), name)
    }

    /// An error about this answer.
    pub(crate) fn bad(&self, source: impl Into<ReplyError>) -> RequestError {
        self.asked.failed(Problem::Reply { source: source.into() })
    }

    /// The answer itself if its status is 200, and otherwise the error in its body.
    pub(crate) async fn good(mut self) -> Result<Self, RequestError> {
        let status = self.status();
        if status == StatusCode::OK {
            return Ok(self);
        }
        if status.is_redirection() {
            let to = self.header(LOCATION.as_str()).unwrap_or_default().to_owned();
            return Err(self.asked.failed(Problem::Redirect { status: status.as_u16(), to }));
        }
        let retry_after = self.header(RETRY_AFTER.as_str()).and_then(|it| it.parse().ok());
        let mut body = Vec::new();
        // A truncated or overlong body still has some information.
        let _ = self
            .each(|piece| {
                body.extend_from_slice(piece);
                if body.len() > ERROR_BODY {
                    Err(ReplyError::TooLong { limit: ERROR_BODY })
                } else {
                    Ok(())
                }
            })
            .await;
        Err(self.asked.failed(Problem::refusal(status.as_u16(), &body, retry_after)))
    }

    /// Passes on the body piece by piece.
    pub(crate) async fn each<E: Into<ReplyError>>(
        &mut self,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), RequestError> {
        let mut received = 0_u64;
        loop {
            let next = self.until.patient(self.silence, self.response.chunk()).await;
            let piece = match next.map_err(|problem| self.asked.failed(problem))? {
                Ok(None) => return Ok(()),
                Ok(Some(piece)) => piece,
                Err(source) => {
                    let source = Cause::new(&source);
                    return Err(self.asked.failed(Problem::Cut { received, source }));
                }
            };
            received += piece.len() as u64;
            take(&piece).map_err(|source| self.bad(source))?;
        }
    }

    /// The whole body, if it is at most `limit` bytes long.
    pub(crate) async fn bytes(&mut self, limit: usize) -> Result<Vec<u8>, RequestError> {
        let mut bytes = Vec::new();
        self.each(|piece| {
            if bytes.len() + piece.len() > limit {
                return Err(ReplyError::TooLong { limit });
            }
            bytes.extend_from_slice(piece);
            Ok(())
        })
        .await?;
        Ok(bytes)
    }

    /// The whole body as JSON, if it is at most `limit` bytes long.
    pub(crate) async fn json<T: serde::de::DeserializeOwned>(
        &mut self,
        limit: usize,
    ) -> Result<T, RequestError> {
        let bytes = self.bytes(limit).await?;
        serde_json::from_slice(&bytes).map_err(|source| {
            self.bad(ReplyError::NotJson {
                beginning: error::beginning(&bytes),
                reason: source.to_string(),
            })
        })
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
