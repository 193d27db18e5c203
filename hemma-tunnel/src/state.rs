//! The state of a tunnel, as its users see it.

use std::fmt;
use std::net::SocketAddr;

use hemma_core::Host;
use serde::{Deserialize, Serialize};

use crate::{Forward, ForwardName};

/// The state of the link or of a forward. Only an answer makes it `Connected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// It is not connected yet.
    Starting,
    /// It has answered, and nothing since then contradicts it.
    Connected,
    /// It answers late, or not as it should.
    Degraded {
        /// What was seen.
        reason: String,
    },
    /// The port is open and the host is reached, but the service does not answer.
    Silent {
        /// What was seen.
        reason: String,
    },
    /// The link was lost, or was never made.
    Reconnecting {
        /// The number of the attempt in a row, from 1.
        attempt: u32,
        /// The time at which the attempt begins or began.
        next: jiff::Timestamp,
        /// Why the last attempt failed, or the link was lost.
        reason: String,
    },
    /// Another program has the local port. It is tried again until the port is free.
    Held {
        /// The program.
        by: String,
    },
    /// It will not recover by itself.
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

    /// Whether the state is neither starting nor reconnecting, either of which ends soon.
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

/// The state of a whole tunnel at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The host.
    pub host: Host,
    /// The state of the ssh connection.
    pub link: State,
    /// The time since when the link has this state.
    pub since: jiff::Timestamp,
    /// The duration of the host's last answer, in milliseconds.
    pub round_trip_ms: Option<u64>,
    /// How often the link was replaced.
    pub reconnects: u64,
    /// Why the link was last lost or not made.
    pub last_failure: Option<String>,
    /// The forwards, in the order in which they were added.
    pub forwards: Vec<ForwardStatus>,
}

impl Snapshot {
    /// The forward of this name.
    pub fn forward(&self, name: &ForwardName) -> Option<&ForwardStatus> {
        self.forwards.iter().find(|it| it.name == *name)
    }
}

/// The state of a forward at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardStatus {
    /// The name of the forward.
    pub name: ForwardName,
    /// The bound local addresses. Empty while the port is taken.
    pub local: Vec<SocketAddr>,
    /// The target address, as the host sees it.
    pub remote: SocketAddr,
    /// The state.
    pub state: State,
    /// The time since when it has this state.
    pub since: jiff::Timestamp,
    /// The number of open connections.
    pub connections: u64,
    /// The number of bytes sent to the service.
    pub bytes_sent: u64,
    /// The number of bytes received from the service.
    pub bytes_received: u64,
    /// The last problem.
    pub last_failure: Option<String>,
}

impl ForwardStatus {
    /// Whether it leads where `forward` leads. A forward of the same name may have been opened with
    /// other settings.
    pub fn leads_like(&self, forward: &Forward) -> bool {
        let port = forward.local_port();
        let here = port == 0 || self.local.iter().all(|it| it.port() == port);
        here && self.remote == forward.remote()
    }

    /// Where it leads: `127.0.0.1:18085 here is 127.0.0.1:8085 on the host`.
    pub(crate) fn leads(&self) -> String {
        let here = self.local.first().map_or_else(|| "a port".to_owned(), SocketAddr::to_string);
        format!("{here} here is {} on the host", self.remote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forward_is_what_it_leads_to_and_not_only_its_name() {
        let forward = |local, remote| {
            Forward::new("a".parse().expect("a name"), local, remote).expect("a forward")
        };
        let status = |local: &[u16], remote: u16| ForwardStatus {
            name: "a".parse().expect("a name"),
            local: local.iter().map(|it| ([127, 0, 0, 1], *it).into()).collect(),
            remote: ([127, 0, 0, 1], remote).into(),
            state: State::Connected,
            since: jiff::Timestamp::UNIX_EPOCH,
            connections: 0,
            bytes_sent: 0,
            bytes_received: 0,
            last_failure: None,
        };
        let rows = [
            (status(&[2000], 80), forward(2000, 80), true),
            (status(&[2000], 80), forward(2001, 80), false),
            (status(&[2000], 80), forward(2000, 81), false),
            // The system chose the port.
            (status(&[2000], 80), forward(0, 80), true),
            // The port is taken, so which one is wanted is not known.
            (status(&[], 80), forward(2000, 80), true),
            (status(&[], 80), forward(2000, 81), false),
        ];
        for (status, forward, expected) in rows {
            assert_eq!(status.leads_like(&forward), expected, "{status:?} {forward:?}");
        }
    }
}
