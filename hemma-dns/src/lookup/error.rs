//! The reasons why a lookup has no answer. "There is no such name" is an answer and not among them.

use hemma_core::NotRecorded;
use serde::{Deserialize, Serialize};

use super::{Lookup, RecordKind, Vantage};
use crate::DnsName;

/// Why a lookup has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LookupError {
    /// The server failed (SERVFAIL), often because of a broken signature or a dead server of the
    /// zone.
    #[error("{at} failed to find {kind} of `{name}` (SERVFAIL)")]
    ServerFailed {
        /// The name that was asked for.
        name: DnsName,
        /// The type of the records.
        kind: RecordKind,
        /// The server that was asked.
        at: Vantage,
    },
    /// The server does not answer us, or not about this name (REFUSED).
    #[error("{at} refused to say {kind} of `{name}` (REFUSED)")]
    Refused {
        /// The name that was asked for.
        name: DnsName,
        /// The type of the records.
        kind: RecordKind,
        /// The server that was asked.
        at: Vantage,
    },
    /// The server answered with another code.
    #[error("{at} answered {code} when asked for {kind} of `{name}`")]
    Code {
        /// The name that was asked for.
        name: DnsName,
        /// The type of the records.
        kind: RecordKind,
        /// The server that was asked.
        at: Vantage,
        /// The name of the code.
        code: String,
    },
    /// The server does not have the zone and referred to others.
    #[error("{at} does not hold `{name}`: it refers to the servers of `{zone}`")]
    Referred {
        /// The name that was asked for.
        name: DnsName,
        /// The server that was asked.
        at: Vantage,
        /// The zone whose servers it named instead.
        zone: String,
    },
    /// No answer arrived in time.
    #[error("{at} did not answer within {limit_ms} ms when asked for {kind} of `{name}`{}", stray(*ignored))]
    TimedOut {
        /// The name that was asked for.
        name: DnsName,
        /// The type of the records.
        kind: RecordKind,
        /// The server that was asked.
        at: Vantage,
        /// The limit in milliseconds.
        limit_ms: u64,
        /// The number of packets that arrived and did not answer this question.
        ignored: u32,
    },
    /// The answer cannot be read.
    #[error("{at} sent an answer about `{name}` that cannot be read: {reason}")]
    Malformed {
        /// The name that was asked for.
        name: DnsName,
        /// The server that was asked.
        at: Vantage,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The question could not be sent, or the answer could not be received.
    #[error("{at} could not be asked about `{name}`: {reason}")]
    Network {
        /// The name that was asked for.
        name: DnsName,
        /// The server that was asked.
        at: Vantage,
        /// The operating system's error.
        reason: String,
    },
    /// The resolvers that this machine uses are not known.
    #[error("this machine's resolver is not known: {reason}")]
    NoServers {
        /// The reason.
        reason: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

fn stray(count: u32) -> String {
    match count {
        0 => String::new(),
        1 => "; one packet that did not answer it was ignored".to_owned(),
        _ => format!("; {count} packets that did not answer it were ignored"),
    }
}

impl LookupError {
    /// Whether our own network may be the cause. The other errors are answers of the server, which
    /// other clients may get as well.
    pub fn is_ours(&self) -> bool {
        match self {
            Self::TimedOut { .. }
            | Self::Network { .. }
            | Self::NoServers { .. }
            | Self::NotRecorded(_) => true,
            Self::ServerFailed { .. }
            | Self::Refused { .. }
            | Self::Code { .. }
            | Self::Referred { .. }
            | Self::Malformed { .. } => false,
        }
    }

    pub(super) fn no_servers(lookup: &Lookup, reason: &str) -> Self {
        match lookup.at {
            Vantage::System => Self::NoServers { reason: reason.to_owned() },
            _ => Self::network(lookup, &reason),
        }
    }

    pub(super) fn network(lookup: &Lookup, reason: &impl ToString) -> Self {
        Self::Network { name: lookup.name.clone(), at: lookup.at, reason: reason.to_string() }
    }

    pub(super) fn malformed(lookup: &Lookup, reason: &impl ToString) -> Self {
        Self::Malformed { name: lookup.name.clone(), at: lookup.at, reason: reason.to_string() }
    }
}
