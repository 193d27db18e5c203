//! A port of a service, as the compose files publish it.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use hemma_core::names;
use serde::{Deserialize, Serialize};

/// A port that is published on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// The address that the port is bound to; empty means all of them.
    pub host_ip: String,
    /// The port on the host; may be a range.
    pub published: String,
    /// The port in the container.
    pub target: u64,
    /// `tcp` or `udp`.
    pub protocol: String,
}

impl Port {
    /// Whether only the host itself can reach the port.
    pub fn is_local(&self) -> bool {
        self.host_ip.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
    }

    /// Whether other machines can reach the port and it is not one of those that are `meant` to be
    /// open.
    pub fn is_open(&self, meant: &[names::Port]) -> bool {
        let names = |port: u16| meant.iter().any(|it| *it == port);
        let is_meant = |mut ports: RangeInclusive<u16>| ports.all(names);
        !self.is_local() && !self.published().is_some_and(is_meant)
    }

    /// The address on the host, for a reader.
    pub fn address(&self) -> &str {
        if self.host_ip.is_empty() { "every address" } else { &self.host_ip }
    }

    /// The ways in which compose files write the port, the most exact first, as
    /// [`spot::FIND`](super::spot::FIND) takes them.
    pub fn written(&self) -> Vec<String> {
        let Self { published, target, .. } = self;
        let address = if self.host_ip.contains(':') {
            format!("[{}]", self.host_ip)
        } else {
            self.host_ip.clone()
        };
        let mapping = format!("{published}:{target}");
        match (self.is_local(), address.is_empty(), published.is_empty()) {
            (true, _, false) => vec![mapping],
            (_, true, true) => vec![format!(":{target}")],
            (_, false, true) => vec![format!("{address}::{target}"), format!(":{target}")],
            (false, true, false) => vec![format!("={mapping}"), mapping],
            (false, false, false) => vec![format!("{address}:{mapping}"), mapping],
        }
    }

    /// The range of ports on the host.
    pub fn published(&self) -> Option<RangeInclusive<u16>> {
        let (first, last) =
            self.published.split_once('-').unwrap_or((&self.published, &self.published));
        Some(first.parse().ok()?..=last.parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_looked_for_as_it_may_be_written() {
        let rows: [(&str, &str, &[&str]); 6] = [
            ("127.0.0.1", "80", &["80:8000"]),
            ("", "80", &["=80:8000", "80:8000"]),
            ("0.0.0.0", "80", &["0.0.0.0:80:8000", "80:8000"]),
            ("::", "80", &["[::]:80:8000", "80:8000"]),
            ("", "", &[":8000"]),
            ("0.0.0.0", "", &["0.0.0.0::8000", ":8000"]),
        ];
        for (host_ip, published, expected) in rows {
            let (host_ip, published) = (host_ip.to_owned(), published.to_owned());
            let port = Port { host_ip, published, target: 8000, protocol: "tcp".to_owned() };
            assert_eq!(port.written(), expected, "{port:?}");
        }
    }

    #[test]
    fn a_port_for_everybody_is_one_that_hemma_toml_names() {
        let rows = [
            ("127.0.0.1", "6379", true),
            ("::1", "6379", true),
            ("", "6379", false),
            ("0.0.0.0", "6379", false),
            ("192.0.2.7", "6379", false),
            ("", "7000", true),
            ("", "7000-7001", true),
            ("", "7000-7002", false),
            ("", "", false),
        ];
        let open = [7000, 7001].map(|it| names::Port::try_from(it).expect("above 0"));
        for (host_ip, published, fine) in rows {
            let (host_ip, published) = (host_ip.to_owned(), published.to_owned());
            let port = Port { host_ip, published, target: 1, protocol: "tcp".to_owned() };
            assert_eq!(port.is_open(&open), !fine, "{port:?}");
        }
    }
}
