//! What a server said.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// What a server said about a name. "There is nothing" is an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What it comes to.
    pub found: Found,
    /// The aliases on the way, in order. The first one is of the name itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// The records at the end of the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
    /// Further records that were there, and are not kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
    /// The server that said it.
    pub by: SocketAddr,
    /// Whether it says so as a server of the zone, and not from a cache.
    pub authoritative: bool,
    /// How it came.
    pub over: Transport,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Answer {
    /// The addresses in it.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.records.iter().filter_map(|it| match it.data {
            Data::A(address) => Some(IpAddr::V4(address)),
            Data::Aaaa(address) => Some(IpAddr::V6(address)),
            _ => None,
        })
    }

    /// For how many seconds the whole of it may be kept. `None` if it holds nothing.
    pub fn ttl(&self) -> Option<u32> {
        let aliases = self.aliases.iter().map(|it| it.ttl);
        aliases.chain(self.records.iter().map(|it| it.ttl)).min()
    }

    /// Where the last alias leads.
    pub fn end(&self) -> Option<&str> {
        self.aliases.last().map(|it| it.target.as_str())
    }
}

/// What an answer comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Records.
    Records,
    /// The name is there (or the end of its aliases is), and has none of this type.
    NoRecords,
    /// There is no such name, or none where its aliases end (NXDOMAIN).
    NoSuchName,
    /// An alias, and this server does not hold what is at its end.
    AliasOnly,
    /// Aliases that lead in a circle, or do not come to an end.
    AliasLoop,
}

/// One step of the way from a name to its records (CNAME).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// Where it leads.
    pub target: String,
    /// For how many seconds it may be kept.
    pub ttl: u32,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// For how many seconds it may be kept. From a cache: how many are left.
    pub ttl: u32,
    /// What it holds.
    pub data: Data,
}

/// What a record holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// An alias, when it was asked for by itself.
    Cname(String),
    /// A server of the zone.
    Ns(String),
    /// Who may issue certificates.
    Caa {
        /// Whether whoever does not know the tag must not issue.
        critical: bool,
        /// `issue`, `issuewild`, `iodef`, …
        tag: String,
        /// As it stands, e.g. `letsencrypt.org; validationmethods=http-01`.
        value: String,
    },
    /// Text, cut after a while.
    Txt(String),
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(address) => address.fmt(f),
            Self::Aaaa(address) => address.fmt(f),
            Self::Cname(text) | Self::Ns(text) | Self::Txt(text) => f.write_str(text),
            Self::Caa { critical, tag, value } => {
                write!(f, "{} {tag} \"{value}\"", if *critical { 128 } else { 0 })
            }
        }
    }
}

/// How an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// In one datagram.
    Udp,
    /// Over a connection, because it did not fit into a datagram.
    Tcp,
}
