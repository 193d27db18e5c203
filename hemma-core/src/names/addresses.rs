//! Addresses of hosts, with and without a port.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::{NameError, Reason};

/// The port of DNS.
const DNS_PORT: u16 = 53;

/// The address of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(IpAddr);

/// A server that answers DNS: an address, and a port where it is another one than 53.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DnsServer(SocketAddr);

/// Reads a list of addresses for a field of type `IpAddr`.
pub fn hosts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpAddr>, D::Error> {
    Ok(Vec::<Address>::deserialize(from)?.into_iter().map(|it| it.0).collect())
}

/// Reads a list of servers for a field of type `SocketAddr`.
pub fn dns_servers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SocketAddr>, D::Error> {
    Ok(Vec::<DnsServer>::deserialize(from)?.into_iter().map(|it| it.0).collect())
}

impl FromStr for Address {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        address(text).map(Self).map_err(|reason| NameError::new(text, "an address", reason))
    }
}

impl FromStr for DnsServer {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        dns_server(text)
            .map(Self)
            .map_err(|reason| NameError::new(text, "the address of a DNS server", reason))
    }
}

impl TryFrom<String> for Address {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl TryFrom<String> for DnsServer {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

fn address(text: &str) -> Result<IpAddr, Reason> {
    if text.trim().is_empty() {
        return Err("it is empty".into());
    }
    if text.parse::<SocketAddr>().is_ok() {
        return Err("write the address alone, without a port".into());
    }
    if text.starts_with('[') {
        return Err("write the address alone, without [ ]".into());
    }
    if text.contains('/') {
        return Err("one address is needed; neither a network nor a URL".into());
    }
    let allowed = "write an IPv4 or IPv6 address, such as 203.0.113.7 or 2001:db8::7";
    of_one_host(text.parse().map_err(|_| allowed)?)
}

fn of_one_host(address: IpAddr) -> Result<IpAddr, Reason> {
    let is_broadcast = matches!(address, IpAddr::V4(it) if it.is_broadcast());
    if address.is_unspecified() || address.is_multicast() || is_broadcast {
        return Err("it is not the address of one host".into());
    }
    Ok(address)
}

fn dns_server(text: &str) -> Result<SocketAddr, Reason> {
    let is_bare = text.parse::<IpAddr>().is_ok();
    let server = match text.parse::<SocketAddr>() {
        Ok(server) => server,
        Err(_) if is_bare => SocketAddr::new(address(text)?, DNS_PORT),
        Err(_) => return Err(wanted(text)),
    };
    if server.port() == 0 {
        return Err("a port is a whole number from 1 to 65535".into());
    }
    of_one_host(server.ip()).map(|_| server)
}

fn wanted(text: &str) -> Reason {
    if text.trim().is_empty() {
        return "it is empty".into();
    }
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.parse::<IpAddr>().is_ok() && port.bytes().all(|it| it.is_ascii_digit()) {
        return "a port is a whole number from 1 to 65535".into();
    }
    "write an address, such as 9.9.9.9, or one with its port: 9.9.9.9:5353, [2001:db8::7]:53".into()
}

#[cfg(feature = "schema")]
impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9A-Fa-f:.]+$" })
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for DnsServer {
    fn schema_name() -> Cow<'static, str> {
        "DnsServer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9A-Fa-f:.\\[\\]%]+$" })
    }
}
