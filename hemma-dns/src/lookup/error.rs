//! Why nothing could be seen. "There is no such name" is not here: it is an answer.

use hemma_core::NotRecorded;
use serde::{Deserialize, Serialize};

use super::{Lookup, RecordKind, Vantage};
use crate::DnsName;

/// Why a lookup has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LookupError {
    /// The server tried and failed (SERVFAIL); often a broken signature, or a dead zone server.
    #[error("{at} failed to find {kind} of `{name}` (SERVFAIL)")]
    ServerFailed {
        /// What was asked for.
        name: DnsName,
        /// The type.
        kind: RecordKind,
        /// Who was asked.
        at: Vantage,
    },
    /// The server does not answer us, or not about this name (REFUSED).
    #[error("{at} refused to say {kind} of `{name}` (REFUSED)")]
    Refused {
        /// What was asked for.
        name: DnsName,
        /// The type.
        kind: RecordKind,
        /// Who was asked.
        at: Vantage,
    },
    /// The server answered with another code.
    #[error("{at} answered {code} when asked for {kind} of `{name}`")]
    Code {
        /// What was asked for.
        name: DnsName,
        /// The type.
        kind: RecordKind,
        /// Who was asked.
        at: Vantage,
        /// The code, in DNS's words.
        code: String,
    },
    /// The server is none of the zone's: it sent us on.
    #[error("{at} does not hold `{name}`: it refers to the servers of `{zone}`")]
    Referred {
        /// What was asked for.
        name: DnsName,
        /// Who was asked.
        at: Vantage,
        /// The zone whose servers it names instead.
        zone: String,
    },
    /// No answer came.
    #[error("{at} did not answer within {limit_ms} ms when asked for {kind} of `{name}`{}", stray(*ignored))]
    TimedOut {
        /// What was asked for.
        name: DnsName,
        /// The type.
        kind: RecordKind,
        /// Who was asked.
        at: Vantage,
        /// The limit.
        limit_ms: u64,
        /// Packets that came and were no answer to this question.
        ignored: u32,
    },
    /// An answer came that cannot be read.
    #[error("{at} sent an answer about `{name}` that cannot be read: {reason}")]
    Malformed {
        /// What was asked for.
        name: DnsName,
        /// Who was asked.
        at: Vantage,
        /// What is wrong with it.
        reason: String,
    },
    /// The question could not be sent, or its answer not be received.
    #[error("{at} could not be asked about `{name}`: {reason}")]
    Network {
        /// What was asked for.
        name: DnsName,
        /// Who was asked.
        at: Vantage,
        /// What the system said.
        reason: String,
    },
    /// This machine does not say which resolver it uses.
    #[error("this machine's resolver is not known: {reason}")]
    NoServers {
        /// Why not.
        reason: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

fn stray(count: u32) -> String {
    match count {
        0 => String::new(),
        1 => "; one packet that was no answer to it was ignored".to_owned(),
        _ => format!("; {count} packets that were no answer to it were ignored"),
    }
}

impl LookupError {
    /// Whether it may well be our own network that kept us from looking. The rest is something
    /// that the server said, and that others may get to hear as well.
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
