//! The answer of a server.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// The answer of a server about a name. "There is nothing" is an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The kind of result.
    pub found: Found,
    /// The aliases on the way, in order. The first one belongs to the name itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// The records at the end of the aliases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
    /// The number of further records, which are not kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
    /// The server that answered.
    pub by: SocketAddr,
    /// Whether the server answers as a server of the zone, and not from a cache.
    pub authoritative: bool,
    /// The transport of the answer.
    pub over: Transport,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Answer {
    /// The addresses in the answer.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.records.iter().filter_map(|it| match it.data {
            Data::A(address) => Some(IpAddr::V4(address)),
            Data::Aaaa(address) => Some(IpAddr::V6(address)),
            _ => None,
        })
    }

    /// The number of seconds for which the whole answer may be cached. `None` if it has no records.
    pub fn ttl(&self) -> Option<u32> {
        let aliases = self.aliases.iter().map(|it| it.ttl);
        aliases.chain(self.records.iter().map(|it| it.ttl)).min()
    }

    /// The target of the last alias.
    pub fn end(&self) -> Option<&str> {
        self.aliases.last().map(|it| it.target.as_str())
    }
}

/// The kind of result of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// There are records.
    Records,
    /// The name (or the end of its aliases) exists, and has no records of this type.
    NoRecords,
    /// The name (or the end of its aliases) does not exist (NXDOMAIN).
    NoSuchName,
    /// There is an alias, and this server does not have the records of its target.
    AliasOnly,
    /// The aliases lead in a circle, or are too many.
    AliasLoop,
}

/// An alias on the way from a name to its records (CNAME).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The target of the alias.
    pub target: String,
    /// The number of seconds for which it may be cached.
    pub ttl: u32,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The number of seconds for which it may be cached. In an answer from a cache: the seconds
    /// left.
    pub ttl: u32,
    /// The data of the record.
    pub data: Data,
}

/// The data of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// An alias, if aliases were asked for.
    Cname(String),
    /// A name server of the zone.
    Ns(String),
    /// A rule about who may issue certificates.
    Caa {
        /// Whether an authority that does not know the tag must not issue.
        critical: bool,
        /// `issue`, `issuewild`, `iodef`, …
        tag: String,
        /// The value as written, e.g. `letsencrypt.org; validationmethods=http-01`.
        value: String,
    },
    /// A text, shortened if it is long.
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

/// The transport of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// One datagram.
    Udp,
    /// A connection, because the answer did not fit into a datagram.
    Tcp,
}
