//! How the public reaches the host: DNS, and the two ports of the web.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the public reaches the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EdgeConfig {
    /// The host's own DNS name, which its dynamic DNS client keeps up to date. The public names
    /// should be aliases of it.
    pub host: String,
    /// Fixed public addresses of the host, instead of what that name leads to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// The resolvers to ask, instead of this machine's own and the well-known public ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resolvers: Vec<SocketAddr>,
    /// The servers that hold the zones, instead of those that the zones name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<SocketAddr>,
    /// PEM files with roots beside the public ones, for a certificate authority of one's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<PathBuf>,
    /// Further ports of the host that may be open to everybody, beside those of the web and of ssh.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<u16>,
    /// The port for plain HTTP.
    pub http: u16,
    /// The port for HTTPS.
    pub https: u16,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        Self {
            host: "hemma.hule.education".to_owned(),
            addresses: Vec::new(),
            resolvers: Vec::new(),
            name_servers: Vec::new(),
            roots: Vec::new(),
            open: Vec::new(),
            http: 80,
            https: 443,
        }
    }
}
