//! Why a request came to nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveError;
use crate::npy::NpyError;

/// A request that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{endpoint} {}", fate(correlation_id, *attempts))]
pub struct RequestError {
    /// What was asked.
    pub endpoint: String,
    /// What finds the request in the service's log.
    pub correlation_id: String,
    /// How often it was tried; the id is that of the last time. 0: it never was.
    pub attempts: u32,
    /// Why not.
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

/// What happened to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There was no connection to be had.
    #[error("could not connect")]
    Connect {
        /// Why not.
        source: Cause,
    },
    /// The connection ended before the answer did.
    #[error("the connection ended after {received} bytes of the answer")]
    Cut {
        /// Bytes of the body.
        received: u64,
        /// How it ended.
        source: Cause,
    },
    /// It was there before, and did not come back.
    #[error("nobody was there for {seconds} seconds")]
    Gone {
        /// How long it was waited for.
        seconds: u64,
        /// How it went away.
        source: Cause,
    },
    /// Nothing came for too long.
    #[error("it said nothing for {seconds} seconds")]
    Silent {
        /// How long.
        seconds: u64,
    },
    /// All attempts together took too long.
    #[error("it was not done after {seconds} seconds in all")]
    OutOfTime {
        /// How long.
        seconds: u64,
    },
    /// It answers in another protocol.
    #[error("it does not speak HTTP")]
    NotHttp {
        /// What the HTTP library saw.
        source: Cause,
    },
    /// A redirect, which no service of ours gives.
    #[error("it redirects ({status}) to {to:?}")]
    Redirect {
        /// The status.
        status: u16,
        /// Where to.
        to: String,
    },
    /// It refused, or failed.
    #[error("it answered {status}{}", told(code, detail))]
    Status {
        /// The status.
        status: u16,
        /// The service's word for it, e.g. `request_too_large`; empty when it has none.
        code: String,
        /// Its words for people.
        detail: String,
        /// Seconds to wait before the next attempt, if it says so.
        retry_after: Option<u64>,
    },
    /// The answer is not what was asked for.
    #[error("the answer is not what was asked for")]
    Reply {
        /// What is wrong with it.
        source: ReplyError,
    },
    /// One item alone is more than the server takes.
    #[error("one item is {bytes} bytes of JSON, the server takes {limit}")]
    ItemTooLarge {
        /// The size.
        bytes: usize,
        /// The limit.
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

/// What is wrong with an answer that says it is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// It is not the matrix.
    #[error("it is not the matrix that was asked for")]
    Matrix {
        /// Why not.
        #[from]
        source: NpyError,
    },
    /// It is not the archive.
    #[error("it is not the archive that was asked for")]
    Archive {
        /// Why not.
        #[from]
        source: ArchiveError,
    },
    /// The vectors come from another model.
    #[error("its vectors come from {found} instead of {expected}")]
    Model {
        /// What was asked for.
        expected: String,
        /// What the server runs.
        found: String,
    },
    /// It is not the JSON of this endpoint.
    #[error("it is not the JSON of this endpoint, it begins with {beginning:?}: {reason}")]
    NotJson {
        /// The first bytes as text.
        beginning: String,
        /// Where it goes wrong.
        reason: String,
    },
    /// It does not end.
    #[error("it is over {limit} bytes long")]
    TooLong {
        /// The limit.
        limit: usize,
    },
}

/// The words of an error of the operating system or of HTTP, which cannot be kept itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl Cause {
    /// The words of its deepest source: the layers above it only say that there is one.
    pub(crate) fn new(error: &dyn std::error::Error) -> Self {
        let mut error = error;
        while let Some(source) = error.source() {
            error = source;
        }
        Self(error.to_string())
    }
}

impl RequestError {
    /// Whether a smaller request could fare better.
    pub(crate) fn too_large(&self) -> bool {
        let Problem::Status { status, code, detail, .. } = &self.problem else { return false };
        match *status {
            413 => true,
            // aiohttp's own limit on a body comes as a schema error, in one of its own words.
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

    /// Whether the same request may well fare better in a while. All of ours only compute, so
    /// asking again never does a thing twice.
    ///
    /// Silence is not among them: the server most likely still works on it, and asking again
    /// would double its load.
    pub(crate) fn may_pass(&self) -> bool {
        match self.problem {
            Problem::Connect { .. } | Problem::Cut { .. } => true,
            Problem::Status { status, .. } => matches!(status, 429 | 502..=504),
            _ => false,
        }
    }

    /// Whether the connection is what failed.
    pub(crate) fn lost(&self) -> bool {
        matches!(self.problem, Problem::Connect { .. } | Problem::Cut { .. })
    }

    /// Whether nothing was learned about the service: the way to it may be what is missing.
    pub fn nobody_there(&self) -> bool {
        self.lost() || self.unreachable()
    }

    /// Whether nobody is there, so that no other request can fare better.
    pub(crate) fn unreachable(&self) -> bool {
        matches!(self.problem, Problem::Connect { .. } | Problem::Gone { .. })
    }

    /// Whether it says that the server runs another model, so that no other request can fare
    /// better either.
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

    /// The same, after the server was waited for in vain.
    pub(crate) fn gone(mut self, waited: Duration) -> Self {
        if let Problem::Connect { source } | Problem::Cut { source, .. } = self.problem {
            self.problem = Problem::Gone { seconds: waited.as_secs(), source };
        }
        self
    }
}

impl Problem {
    /// Reads the two shapes in which the services tell of an error, or takes the text as it is.
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

// Two services, two shapes; nothing but the form of the value tells them apart.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Code(String),
    Envelope { code: String, message: String },
}

pub(super) fn beginning(body: &[u8]) -> String {
    short(&String::from_utf8_lossy(&body[..body.len().min(400)]))
}

/// In one line of readable length.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
