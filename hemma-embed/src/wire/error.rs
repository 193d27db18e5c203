//! The errors of requests.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveError;
use crate::npy::NpyError;

/// The error of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{endpoint} {}", fate(correlation_id, *attempts))]
pub struct RequestError {
    /// The endpoint.
    pub endpoint: String,
    /// The id of the request in the service's log.
    pub correlation_id: String,
    /// The number of attempts; the id is that of the last one. 0 if it was not sent.
    pub attempts: u32,
    /// The problem.
    #[source]
    pub problem: Problem,
}

fn fate(id: &str, attempts: u32) -> String {
    match attempts {
        0 => "was not asked".to_owned(),
        1 => format!("gave no usable answer to request {id}"),
        more => format!("gave no usable answer to request {id}, the last of {more} attempts"),
    }
}

/// The problem with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The connection failed.
    #[error("could not connect")]
    Connect {
        /// The reason.
        source: Cause,
    },
    /// The connection ended before the answer did.
    #[error("the connection ended after {received} bytes of the answer")]
    Cut {
        /// The number of bytes of the body that arrived.
        received: u64,
        /// The reason.
        source: Cause,
    },
    /// The server answered before, went away, and did not come back.
    #[error("nothing answered for {seconds} seconds")]
    Gone {
        /// How long it was waited for, in seconds.
        seconds: u64,
        /// The reason why it went away.
        source: Cause,
    },
    /// The server was silent for too long.
    #[error("it sent nothing for {seconds} seconds")]
    Silent {
        /// The duration of the silence in seconds.
        seconds: u64,
    },
    /// All attempts together took too long.
    #[error("it did not finish within {seconds} seconds")]
    OutOfTime {
        /// The duration in seconds.
        seconds: u64,
    },
    /// The answer is not HTTP.
    #[error("it does not speak HTTP")]
    NotHttp {
        /// The HTTP library's error.
        source: Cause,
    },
    /// The answer is a redirect, which none of the services sends.
    #[error("it redirects ({status}) to {to:?}")]
    Redirect {
        /// The status.
        status: u16,
        /// The target of the redirect.
        to: String,
    },
    /// The service refused the request, or failed.
    #[error("it answered {status}{}", told(code, detail))]
    Status {
        /// The status.
        status: u16,
        /// The service's error code, e.g. `request_too_large`; empty if it has none.
        code: String,
        /// The service's message.
        detail: String,
        /// The seconds to wait before the next attempt, if the service states them.
        retry_after: Option<u64>,
    },
    /// The answer is not valid.
    #[error("the answer is not what was asked for")]
    Reply {
        /// What is wrong with the answer.
        source: ReplyError,
    },
    /// A single item is too large for the server.
    #[error("one item is {bytes} bytes of JSON, the server takes {limit}")]
    ItemTooLarge {
        /// The size in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

fn told(code: &str, detail: &str) -> String {
    match (code, detail) {
        ("", "") => String::new(),
        ("", detail) => format!(": {detail}"),
        (code, "") => format!(" `{code}`"),
        (code, detail) => format!(" `{code}`: {detail}"),
    }
}

/// What is wrong with a successful answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The matrix is not valid.
    #[error("it is not the matrix that was asked for")]
    Matrix {
        /// The reason.
        #[from]
        source: NpyError,
    },
    /// The archive is not valid.
    #[error("it is not the archive that was asked for")]
    Archive {
        /// The reason.
        #[from]
        source: ArchiveError,
    },
    /// The vectors come from another model.
    #[error("its vectors come from {found} instead of {expected}")]
    Model {
        /// The model that was asked for.
        expected: String,
        /// The model that the server runs.
        found: String,
    },
    /// The body is not the JSON of this endpoint.
    #[error("it is not the JSON of this endpoint, it begins with {beginning:?}: {reason}")]
    NotJson {
        /// The first bytes as text.
        beginning: String,
        /// The parser's error.
        reason: String,
    },
    /// The body is longer than the limit.
    #[error("it is over {limit} bytes long")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
}

/// The message of an operating system or HTTP error, which cannot be kept itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl Cause {
    /// The message of the error's deepest source: the layers above it only wrap it.
    pub(crate) fn new(error: &dyn std::error::Error) -> Self {
        let mut error = error;
        while let Some(source) = error.source() {
            error = source;
        }
        Self(error.to_string())
    }
}

impl RequestError {
    /// Whether a smaller request may succeed.
    pub(crate) fn too_large(&self) -> bool {
        let Problem::Status { status, code, detail, .. } = &self.problem else { return false };
        match *status {
            413 => true,
            // aiohttp's own limit on a body is reported as a schema error with a message of
            // aiohttp.
            400 => {
                let detail = detail.to_ascii_lowercase();
                ["entity too large", "maximum request body size"]
                    .iter()
                    .any(|it| detail.contains(it))
            }
            500 => code == "response_too_large",
            _ => false,
        }
    }

    /// Whether the same request may succeed later. A retry is safe, because requests only compute.
    ///
    /// Silence is not included: the server is most likely still computing, and a retry would double
    /// its load.
    pub(crate) fn may_pass(&self) -> bool {
        match self.problem {
            Problem::Connect { .. } | Problem::Cut { .. } => true,
            Problem::Status { status, .. } => matches!(status, 429 | 502..=504),
            _ => false,
        }
    }

    /// Whether the connection failed.
    pub(crate) fn lost(&self) -> bool {
        matches!(self.problem, Problem::Connect { .. } | Problem::Cut { .. })
    }

    /// Whether nothing is known about the service: the connection to it may be what failed.
    pub fn no_connection(&self) -> bool {
        self.lost() || self.unreachable()
    }

    /// Whether the server cannot be reached, so that no other request can succeed.
    pub(crate) fn unreachable(&self) -> bool {
        matches!(self.problem, Problem::Connect { .. } | Problem::Gone { .. })
    }

    /// Whether the server runs another model, so that no other request can succeed.
    pub(crate) fn wrong_model(&self) -> bool {
        match &self.problem {
            Problem::Status { code, .. } => code.starts_with("unsupported_"),
            Problem::Reply { source } => matches!(
                source,
                ReplyError::Model { .. }
                    | ReplyError::Archive {
                        source: ArchiveError::Model { .. } | ArchiveError::Meta { .. }
                    }
            ),
            _ => false,
        }
    }

    /// The error after a wait for the server that had no success.
    pub(crate) fn gone(mut self, waited: Duration) -> Self {
        if let Problem::Connect { source } | Problem::Cut { source, .. } = self.problem {
            self.problem = Problem::Gone { seconds: waited.as_secs(), source };
        }
        self
    }
}

impl Problem {
    /// Reads the two error formats of the services, or uses the text as the message.
    pub(super) fn refusal(status: u16, body: &[u8], retry_after: Option<u64>) -> Self {
        let said = serde_json::from_slice(body).unwrap_or_default();
        let (code, detail) = match said {
            Refusal { error: Some(Said::Code(code)), detail } => (code, detail.unwrap_or_default()),
            Refusal { error: Some(Said::Envelope { code, message }), .. } => (code, message),
            Refusal { error: None, .. } => (String::new(), beginning(body)),
        };
        Self::Status { status, code, detail: short(&detail), retry_after }
    }
}

#[derive(Default, Deserialize)]
struct Refusal {
    error: Option<Said>,
    detail: Option<String>,
}

// The two services have two formats, which only differ in the type of the value.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Code(String),
    Envelope { code: String, message: String },
}

pub(super) fn beginning(body: &[u8]) -> String {
    short(&String::from_utf8_lossy(&body[..body.len().min(400)]))
}

/// One line of readable length.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
