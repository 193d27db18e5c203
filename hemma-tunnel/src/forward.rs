//! A forward: the plan for a port of the host that is reachable here.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Probe;

/// Ports below this are reserved: binding them needs privileges that a tunnel must not have.
const PORT_MIN: u16 = 1024;

/// The name of a forward, e.g. `language-tool`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ForwardName(String);

impl ForwardName {
    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ForwardName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let taken = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        let begins = text.chars().next().is_some_and(|it| it.is_ascii_alphanumeric());
        if begins && text.len() <= 64 && text.chars().all(taken) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::Name { text: text.escape_debug().to_string() })
    }
}

impl TryFrom<String> for ForwardName {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<ForwardName> for String {
    fn from(name: ForwardName) -> Self {
        name.0
    }
}

impl fmt::Display for ForwardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A port on this machine's loopback that leads to a port of the host.
///
/// The addresses are explicit. `localhost` means `::1` on some machines and `127.0.0.1` on others;
/// with `ssh -L 18085:localhost:8085` a port that is taken on one of them is bound on the other,
/// without a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Draft", into = "Draft")]
pub struct Forward(Draft);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    name: ForwardName,
    local: u16,
    #[serde(default)]
    ipv6: bool,
    remote: SocketAddr,
    #[serde(default)]
    probe: Probe,
}

impl Forward {
    /// Forwards 127.0.0.1:`local` here to 127.0.0.1:`remote` on the host. If `local` is 0, the
    /// system chooses a free port.
    pub fn new(name: ForwardName, local: u16, remote: u16) -> Result<Self, Error> {
        let remote = (Ipv4Addr::LOCALHOST, remote).into();
        Draft { name, local, ipv6: false, remote, probe: Probe::Tcp }.try_into()
    }

    /// Sets another target address, as the host sees it.
    pub fn to(mut self, remote: SocketAddr) -> Result<Self, Error> {
        self.0.remote = remote;
        self.0.try_into()
    }

    /// Listens on `::1` as well as on 127.0.0.1.
    #[must_use]
    pub fn on_ipv6_too(mut self) -> Self {
        self.0.ipv6 = true;
        self
    }

    /// Sets how to check that the service answers. The default checks that it accepts a connection.
    #[must_use]
    pub fn probe(mut self, probe: Probe) -> Self {
        self.0.probe = probe;
        self
    }

    /// The name of the forward.
    pub fn name(&self) -> &ForwardName {
        &self.0.name
    }

    /// The local port; 0 if the system chooses it.
    pub fn local_port(&self) -> u16 {
        self.0.local
    }

    /// The target address, as the host sees it.
    pub fn remote(&self) -> SocketAddr {
        self.0.remote
    }

    /// The probe of its service.
    pub fn asked_by(&self) -> &Probe {
        &self.0.probe
    }

    pub(crate) fn local_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let v6 = self.0.ipv6.then_some(Ipv6Addr::LOCALHOST.into());
        std::iter::once(Ipv4Addr::LOCALHOST.into()).chain(v6)
    }
}

impl TryFrom<Draft> for Forward {
    type Error = Error;

    fn try_from(draft: Draft) -> Result<Self, Error> {
        let name = || draft.name.clone();
        if (1..PORT_MIN).contains(&draft.local) {
            return Err(Error::Privileged { name: name(), port: draft.local });
        }
        if draft.remote.port() == 0 {
            return Err(Error::NoRemotePort { name: name() });
        }
        Ok(Self(draft))
    }
}

impl From<Forward> for Draft {
    fn from(forward: Forward) -> Self {
        forward.0
    }
}

/// Checks that no two forwards have the same name or port.
pub fn together(wanted: impl IntoIterator<Item = Forward>) -> Result<Vec<Forward>, Error> {
    let mut forwards: Vec<Forward> = Vec::new();
    for forward in wanted {
        check_beside(&forward, &forwards)?;
        forwards.push(forward);
    }
    Ok(forwards)
}

pub(crate) fn check_beside<'f>(
    forward: &Forward,
    others: impl IntoIterator<Item = &'f Forward>,
) -> Result<(), Error> {
    for other in others {
        if forward.name() == other.name() {
            return Err(Error::SameName { name: forward.name().clone() });
        }
        if forward.local_port() != 0 && forward.local_port() == other.local_port() {
            let (name, other) = (forward.name().clone(), other.name().clone());
            return Err(Error::SamePort { name, other, port: forward.local_port() });
        }
    }
    Ok(())
}

/// Why a forward is not valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Error {
    /// The text is not a valid name.
    #[error("`{text}` cannot name a forward: only letters, digits and - _ . are allowed, up to 64")]
    Name {
        /// The text.
        text: String,
    },
    /// Only root may bind the local port.
    #[error("forward `{name}` uses port {port} here; ports below 1024 belong to the system")]
    Privileged {
        /// The forward.
        name: ForwardName,
        /// The port.
        port: u16,
    },
    /// The remote port is 0.
    #[error("forward `{name}` leads to port 0, where nothing can listen")]
    NoRemotePort {
        /// The forward.
        name: ForwardName,
    },
    /// Two forwards have the same name.
    #[error("there are two forwards called `{name}`")]
    SameName {
        /// The name.
        name: ForwardName,
    },
    /// Two forwards have the same local port.
    #[error("forwards `{name}` and `{other}` both use port {port} on this machine")]
    SamePort {
        /// One forward.
        name: ForwardName,
        /// The other forward.
        other: ForwardName,
        /// The port.
        port: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward(name: &str, local: u16) -> Result<Forward, Error> {
        Forward::new(name.parse()?, local, 8085)
    }

    #[test]
    fn what_cannot_work_is_refused_before_anything_is_opened() {
        let rows = [
            (forward("", 18085), "`` cannot name a forward"),
            (forward("-L", 18085), "`-L` cannot name a forward"),
            (forward("a\nb", 18085), "`a\\nb` cannot name a forward"),
            (forward("web", 443), "forward `web` uses port 443 here"),
            (Forward::new("x".parse().expect("a name"), 18085, 0), "forward `x` leads to port 0"),
        ];
        for (result, expected) in rows {
            let said = result.expect_err(expected).to_string();
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn two_of_one_name_or_port_are_refused() {
        let row = |name: &str, local: u16| forward(name, local).expect("a forward");
        let rows = [
            ([row("a", 2000), row("b", 2001)], None),
            ([row("a", 2000), row("a", 2001)], Some("there are two forwards called `a`")),
            (
                [row("a", 2000), row("b", 2000)],
                Some("forwards `b` and `a` both use port 2000 on this machine"),
            ),
        ];
        for (wanted, expected) in rows {
            let said = together(wanted).err().map(|it| it.to_string());
            assert_eq!(said.as_deref(), expected);
        }
    }

    #[test]
    fn a_forward_from_outside_is_checked_like_any_other() {
        let good = forward("a", 2000).expect("a forward").on_ipv6_too();
        let text = serde_json::to_string(&good).expect("serializes");
        assert_eq!(serde_json::from_str::<Forward>(&text).expect("our own words"), good);
        let bad = text.replace("2000", "80");
        assert!(serde_json::from_str::<Forward>(&bad).is_err(), "{bad}");
    }
}
