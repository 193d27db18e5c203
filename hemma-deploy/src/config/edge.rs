//! How the public reaches the host: DNS, and the two ports of the web.

use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::addresses::{self, Address, DnsServer};
use hemma_core::names::{DomainName, LocalPath, Port};

/// How the public reaches the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EdgeConfig {
    /// The host's own DNS name, which its dynamic DNS client keeps up to date. The public names
    /// should be aliases of it. Where there are public names, this or `addresses` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<DomainName>,
    /// Fixed public addresses of the host, instead of what that name leads to.
    #[serde(deserialize_with = "addresses::hosts", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Address>")]
    pub addresses: Vec<IpAddr>,
    /// The resolvers to ask, instead of this machine's own and the well-known public ones.
    #[serde(deserialize_with = "addresses::dns_servers", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<DnsServer>")]
    pub resolvers: Vec<SocketAddr>,
    /// The servers that hold the zones, instead of those that the zones name.
    #[serde(deserialize_with = "addresses::dns_servers", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<DnsServer>")]
    pub name_servers: Vec<SocketAddr>,
    /// PEM files with roots beside the public ones, for a certificate authority of one's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<LocalPath>,
    /// Further ports of the host that may be open to other machines, besides those of the web and of ssh.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Port>,
    /// The port for plain HTTP.
    pub http: Port,
    /// The port for HTTPS.
    pub https: Port,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        let port = |number: u16| number.try_into().expect("above 0");
        Self {
            host: None,
            addresses: Vec::new(),
            resolvers: Vec::new(),
            name_servers: Vec::new(),
            roots: Vec::new(),
            open: Vec::new(),
            http: port(80),
            https: port(443),
        }
    }
}

impl EdgeConfig {
    /// Whether anything says where the public names should lead.
    pub fn has_target(&self) -> bool {
        self.host.is_some() || !self.addresses.is_empty()
    }

    /// Whether [`open`](Self::open) names this port.
    pub fn may_be_open(&self, port: u16) -> bool {
        self.open.iter().any(|it| *it == port)
    }
}
