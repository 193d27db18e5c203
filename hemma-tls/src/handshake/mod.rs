//! The TLS handshake with a server: the chain that it presents, and the verdict of the real
//! verifier.

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

/// The usual time limit. A handshake has two or three round trips.
const USUAL_LIMIT: Duration = Duration::from_secs(5);

/// A handshake with a server. Nothing is sent after it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Handshake {
    /// The site that should answer.
    #[serde(flatten)]
    pub site: Site,
    /// The time limit in milliseconds.
    pub limit_ms: u64,
}

impl Handshake {
    /// A handshake with the usual time limit.
    pub fn new(site: &Site) -> Self {
        Self { site: site.clone(), limit_ms: 0 }.within(USUAL_LIMIT)
    }

    /// Sets another time limit.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

/// The result of a handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// The server presented a chain, trusted or not.
    Tls(Presented),
    /// The connection was refused: nothing listens there.
    Refused,
    /// The attempt to connect had no answer: a firewall, a router that forwards elsewhere, or no
    /// route from here.
    Unanswered,
    /// The server accepted the connection, and did not finish a handshake in time.
    Silent,
    /// The server accepted the connection, and closed it during the handshake.
    Closed,
    /// The server speaks HTTP without TLS.
    PlainHttp {
        /// The first line of its reply.
        status: String,
    },
    /// The handshake is larger than any client accepts.
    Oversized,
    /// The server speaks another protocol.
    NotTls {
        /// What is wrong with its reply.
        reason: String,
    },
    /// The server asks for a client certificate, and ends the connection without one.
    ClientCertificate,
    /// The server refused the handshake with a TLS alert.
    Alert {
        /// The name of the alert, e.g. `UnrecognisedName`: no certificate for this name.
        alert: String,
    },
}

/// The chain that a server presented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presented {
    /// The certificates in the order sent, the site's own first; only the first ones are kept.
    pub chain: Vec<Certificate>,
    /// The defects of the chain. It is trusted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
    /// The TLS version. `None` if a defect ended the handshake before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Whether the server asked for a client certificate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_client_certificate: bool,
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
            Self::Refused => f.write_str("nothing listens there"),
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
            Self::ClientCertificate => f.write_str(
                "it asks for a client certificate, and ends the connection without one",
            ),
            Self::Alert { alert } if alert == "UnrecognisedName" => {
                f.write_str("it has no certificate for this name (alert `unrecognized_name`)")
            }
            Self::Alert { alert } => write!(f, "it refuses the handshake (alert {alert})"),
        }
    }
}
