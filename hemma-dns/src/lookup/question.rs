//! What is asked, of which server.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::DnsName;

/// The usual time limit of a lookup, including repetitions.
const USUAL_LIMIT: Duration = Duration::from_secs(4);

/// A question for the records of one type of a name, asked at one vantage point.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lookup {
    /// The name.
    pub name: DnsName,
    /// The type of the records.
    pub kind: RecordKind,
    /// The server to ask.
    pub at: Vantage,
    /// The time limit in milliseconds.
    pub limit_ms: u64,
}

impl Lookup {
    /// A question to `at` with the usual time limit.
    pub fn new(name: &DnsName, kind: RecordKind, at: Vantage) -> Self {
        Self { name: name.clone(), kind, at, limit_ms: 0 }.within(USUAL_LIMIT)
    }

    /// Sets another time limit.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

/// A type of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordKind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// The alias itself, without following it.
    Cname,
    /// The name servers of a zone.
    Ns,
    /// The rules about who may issue certificates.
    Caa,
    /// Free text.
    Txt,
}

impl RecordKind {
    /// The name of the type in DNS.
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Caa => "CAA",
            Self::Txt => "TXT",
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The server that is asked, which determines what the answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vantage {
    /// The resolvers that this machine uses, in their order.
    System,
    /// A well-known public resolver.
    Public(PublicResolver),
    /// Another resolver: it looks the answer up, and may have an old one in its cache.
    Resolver(SocketAddr),
    /// A name server of the zone: it answers only from its own data.
    Authority(SocketAddr),
}

/// Public resolvers with many users. They are recorded by name, so that no recording depends on an
/// address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicResolver {
    /// 1.1.1.1
    Cloudflare,
    /// 8.8.8.8
    Google,
    /// 9.9.9.9
    Quad9,
}

impl PublicResolver {
    /// All public resolvers.
    pub const ALL: [Self; 3] = [Self::Cloudflare, Self::Google, Self::Quad9];

    /// The address of the resolver.
    pub fn address(self) -> SocketAddr {
        let address = match self {
            Self::Cloudflare => Ipv4Addr::new(1, 1, 1, 1),
            Self::Google => Ipv4Addr::new(8, 8, 8, 8),
            Self::Quad9 => Ipv4Addr::new(9, 9, 9, 9),
        };
        SocketAddr::new(address.into(), DNS_PORT)
    }
}

/// The usual port of DNS servers.
pub(crate) const DNS_PORT: u16 = 53;

impl fmt::Display for Vantage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("this machine's resolver"),
            Self::Public(PublicResolver::Cloudflare) => f.write_str("Cloudflare's resolver"),
            Self::Public(PublicResolver::Google) => f.write_str("Google's resolver"),
            Self::Public(PublicResolver::Quad9) => f.write_str("Quad9's resolver"),
            Self::Resolver(server) => write!(f, "resolver {}", short(*server)),
            Self::Authority(server) => write!(f, "the zone's server {}", short(*server)),
        }
    }
}

/// The address, with the port only if it is unusual.
fn short(server: SocketAddr) -> String {
    if server.port() == DNS_PORT { server.ip().to_string() } else { server.to_string() }
}
