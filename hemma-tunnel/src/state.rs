//! How a tunnel is, as its users see it.

use std::fmt;
use std::net::SocketAddr;

use hemma_core::Host;
use serde::{Deserialize, Serialize};

use crate::ForwardName;

/// How the link or one forward is. Only an answer makes it `Connected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Not yet there.
    Starting,
    /// It answered, and nothing since then says otherwise.
    Connected,
    /// It answers, but not as it should, or late.
    Degraded {
        /// What was seen.
        reason: String,
    },
    /// The port is open and the way to the host is good, but the service behind it says nothing.
    Silent {
        /// What was seen.
        reason: String,
    },
    /// The link was lost, or never was.
    Reconnecting {
        /// Which attempt in a row, from 1.
        attempt: u32,
        /// When it begins or began.
        next: jiff::Timestamp,
        /// Why the last one failed, or the link was lost.
        reason: String,
    },
    /// The port on this machine belongs to somebody else. It is tried again until it is free.
    Held {
        /// Who.
        by: String,
    },
    /// It will not become better by itself.
    Fatal {
        /// What was seen.
        reason: String,
    },
}

impl State {
    pub(crate) fn degraded(reason: impl fmt::Display) -> Self {
        Self::Degraded { reason: reason.to_string() }
    }

    pub(crate) fn silent(reason: impl fmt::Display) -> Self {
        Self::Silent { reason: reason.to_string() }
    }

    /// Whether waiting may still bring an answer within moments.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Starting | Self::Reconnecting { .. })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting"),
            Self::Connected => f.write_str("connected"),
            Self::Degraded { reason } => write!(f, "degraded: {reason}"),
            Self::Silent { reason } => write!(f, "port open, service silent: {reason}"),
            Self::Reconnecting { attempt, reason, .. } => {
                write!(f, "reconnecting, attempt {attempt}: {reason}")
            }
            Self::Held { by } => write!(f, "port held by {by}"),
            Self::Fatal { reason } => write!(f, "given up: {reason}"),
        }
    }
}

/// A whole tunnel at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Where it leads.
    pub host: Host,
    /// The ssh connection.
    pub link: State,
    /// Since when the link is in that state.
    pub since: jiff::Timestamp,
    /// How long the last answer from the host took, in milliseconds.
    pub round_trip_ms: Option<u64>,
    /// How often the link was replaced.
    pub reconnects: u64,
    /// Why the link was last lost or not made.
    pub last_failure: Option<String>,
    /// The forwards, in the order in which they were added.
    pub forwards: Vec<ForwardStatus>,
}

impl Snapshot {
    /// One forward.
    pub fn forward(&self, name: &ForwardName) -> Option<&ForwardStatus> {
        self.forwards.iter().find(|it| it.name == *name)
    }
}

/// One forward at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardStatus {
    /// Its name.
    pub name: ForwardName,
    /// The addresses on this machine that are bound. Empty while the port is not ours.
    pub local: Vec<SocketAddr>,
    /// Where it leads, as the host sees it.
    pub remote: SocketAddr,
    /// How it is.
    pub state: State,
    /// Since when.
    pub since: jiff::Timestamp,
    /// Connections through it that are open now.
    pub connections: u64,
    /// Bytes that went to the service.
    pub bytes_sent: u64,
    /// Bytes that came back.
    pub bytes_received: u64,
    /// What was last wrong with it.
    pub last_failure: Option<String>,
}
