//! One question to one server, and what it says.

mod answer;
mod error;
mod exchange;
mod query;
mod read;
mod system;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hemma_core::{Live, Question};
use serde::{Deserialize, Serialize};

pub use answer::{Alias, Answer, Data, Found, Record, Transport};
pub use error::LookupError;
#[cfg(feature = "fuzzing")]
pub use read::fuzz_read;

use crate::DnsName;

/// How long one look may take in all, with everything that is repeated in it.
const USUAL_LIMIT: Duration = Duration::from_secs(4);

/// Asks for the records of one type that a name has, as seen from one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lookup {
    /// The name.
    pub name: DnsName,
    /// The type.
    pub kind: RecordKind,
    /// Who is asked.
    pub at: Vantage,
    /// How long it may take in all.
    pub limit_ms: u64,
}

impl Lookup {
    /// Asks `at`, within the usual time.
    pub fn new(name: &DnsName, kind: RecordKind, at: Vantage) -> Self {
        Self { name: name.clone(), kind, at, limit_ms: 0 }.within(USUAL_LIMIT)
    }

    /// The same question with another time limit.
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
    /// An alias itself, without following it.
    Cname,
    /// The servers of a zone.
    Ns,
    /// Which authorities may issue certificates.
    Caa,
    /// Free text.
    Txt,
}

impl RecordKind {
    /// Its name in DNS.
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

/// Who is asked, and so what the answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vantage {
    /// The resolvers that this machine is set up with, in their order.
    System,
    /// A resolver that everybody knows.
    Public(PublicResolver),
    /// Another resolver: it is asked to find the answer, and may have an old one.
    Resolver(SocketAddr),
    /// A server of the zone itself: it is asked for what it holds, and nothing else.
    Authority(SocketAddr),
}

/// Resolvers that much of the public uses. By name, so that no recording depends on an address.
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
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cloudflare, Self::Google, Self::Quad9];

    /// Where it answers.
    pub fn address(self) -> SocketAddr {
        let address = match self {
            Self::Cloudflare => Ipv4Addr::new(1, 1, 1, 1),
            Self::Google => Ipv4Addr::new(8, 8, 8, 8),
            Self::Quad9 => Ipv4Addr::new(9, 9, 9, 9),
        };
        SocketAddr::new(address.into(), DNS_PORT)
    }
}

/// Where DNS servers listen, unless somebody says otherwise.
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

/// The address, with the port only if it is not the usual one.
fn short(server: SocketAddr) -> String {
    if server.port() == DNS_PORT { server.ip().to_string() } else { server.to_string() }
}

impl Question for Lookup {
    const KIND: &'static str = "dns.lookup";
    type Answer = Answer;
    type Error = LookupError;

    async fn ask(&self, _: &Live) -> Result<Answer, LookupError> {
        let servers = match self.at {
            Vantage::System => system::servers(self).await?,
            Vantage::Public(resolver) => vec![resolver.address()],
            Vantage::Resolver(server) | Vantage::Authority(server) => vec![server],
        };
        // The time is shared out, so that a dead first server leaves some for the second.
        let each = u32::try_from(servers.len()).unwrap_or(u32::MAX).max(1);
        let limit = Duration::from_millis(self.limit_ms) / each;
        let mut last = LookupError::no_servers(self, "it names none");
        for server in servers {
            match exchange::ask(self, server, limit).await {
                Ok(answer) => return Ok(answer),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}
