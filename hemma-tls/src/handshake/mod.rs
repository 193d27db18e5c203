//! Meeting a server: what it presents, whatever that is, and what the real verifier says of it.

mod connect;
mod error;
mod recorder;

use std::fmt;
use std::time::Duration;

use hemma_core::{Live, Question};
use serde::{Deserialize, Serialize};

pub use error::HandshakeError;

pub(crate) use connect::{Open, open, open_plain};

use crate::{Certificate, Defect, Site};

/// A handshake has two or three round trips; a server that needs longer is not well.
const USUAL_LIMIT: Duration = Duration::from_secs(5);

/// Asks a server to prove who it is, and sends nothing after that.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Handshake {
    /// Who should be there.
    #[serde(flatten)]
    pub site: Site,
    /// How long it may take in all.
    pub limit_ms: u64,
}

impl Handshake {
    /// Asks within the usual time.
    pub fn new(site: &Site) -> Self {
        Self { site: site.clone(), limit_ms: 0 }.within(USUAL_LIMIT)
    }

    /// The same question with another time limit.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// It presented a chain, good or bad.
    Tls(Presented),
    /// Nobody listens there.
    Refused,
    /// The attempt to connect had no answer: a firewall, a router that forwards elsewhere, or no
    /// way from here.
    Unanswered,
    /// It accepted the connection, and did not finish a handshake in time.
    Silent,
    /// It accepted the connection, and ended it in the middle.
    Closed,
    /// It speaks HTTP without TLS.
    PlainHttp {
        /// Its first line.
        status: String,
    },
    /// What it sends in the handshake is larger than any client takes, so nobody gets to see it.
    Oversized,
    /// It speaks something else.
    NotTls {
        /// What is wrong with it.
        reason: String,
    },
    /// It refused the handshake in so many words.
    Alert {
        /// TLS's word for it, e.g. `UnrecognisedName`: no certificate for this name.
        alert: String,
    },
}

/// What a server presented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presented {
    /// The certificates as they were sent, the site's own first; the first ones of many.
    pub chain: Vec<Certificate>,
    /// What is wrong with them. Empty is trusted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
    /// The version that was agreed on. `None` if a defect ended the handshake before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
}

impl Question for Handshake {
    const KIND: &'static str = "tls.handshake";
    type Answer = Met;
    type Error = HandshakeError;

    async fn ask(&self, _: &Live) -> Result<Met, HandshakeError> {
        let limit = Duration::from_millis(self.limit_ms);
        match open(&self.site, limit).await? {
            // Dropping the stream sends nothing further.
            Open::Trusted(_, presented) => Ok(Met::Tls(presented)),
            Open::Not(met) => Ok(met),
        }
    }
}

impl fmt::Display for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls(presented) if presented.defects.is_empty() => f.write_str("a trusted chain"),
            Self::Tls(presented) => {
                let defects: Vec<String> =
                    presented.defects.iter().map(ToString::to_string).collect();
                write!(f, "the certificate is not trusted: {}", defects.join("; "))
            }
            Self::Refused => f.write_str("nobody listens there"),
            Self::Unanswered => f.write_str(
                "no answer to the attempt to connect: a firewall, a router that forwards \
                 elsewhere, or no way from here",
            ),
            Self::Silent => {
                f.write_str("it accepts the connection, and does not finish a handshake")
            }
            Self::Closed => f.write_str("it accepts the connection, and ends it at once"),
            Self::PlainHttp { status } => write!(f, "it speaks HTTP without TLS (`{status}`)"),
            Self::Oversized => f.write_str(
                "what it sends in the handshake is larger than any client takes: a certificate with \
                 far too many names, or no TLS at all",
            ),
            Self::NotTls { reason } => write!(f, "it speaks no TLS: {reason}"),
            Self::Alert { alert } if alert == "UnrecognisedName" => {
                f.write_str("it has no certificate for this name (alert `unrecognized_name`)")
            }
            Self::Alert { alert } => write!(f, "it refuses the handshake (alert {alert})"),
        }
    }
}
