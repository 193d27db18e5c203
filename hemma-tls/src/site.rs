//! A site: the name in the certificate, and the address to ask.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use rustls::pki_types::ServerName;
use serde::{Deserialize, Serialize};

/// The name of a site, as it is sent (SNI, `Host`) and as the certificate must have it. An address
/// is valid as well; it is not sent as SNI, and public authorities seldom certify one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteName(String);

/// Why a text is not a valid name of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("`{text}` cannot be the name of a site: {reason}")]
pub struct SiteNameError {
    /// The text, with non-printing characters escaped.
    pub text: String,
    /// What is wrong with the text.
    pub reason: String,
}

impl SiteName {
    /// The name, without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn tls(&self) -> ServerName<'static> {
        ServerName::try_from(self.0.clone()).expect("checked when it was made")
    }
}

impl FromStr for SiteName {
    type Err = SiteNameError;

    fn from_str(text: &str) -> Result<Self, SiteNameError> {
        let refuse = |reason: &str| {
            let text = text.chars().take(255).flat_map(char::escape_debug).collect();
            SiteNameError { text, reason: reason.to_owned() }
        };
        // A trailing dot is right in DNS, and wrong in SNI and in certificates.
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if name.starts_with("*.") {
            return Err(refuse("it is a wildcard; name one host below it"));
        }
        if !name.is_ascii() {
            return Err(refuse("write it in its ASCII form (`xn--…`)"));
        }
        match ServerName::try_from(name.as_str()) {
            Ok(_) => Ok(Self(name)),
            Err(_) => Err(refuse("it is neither a DNS name nor an address")),
        }
    }
}

impl TryFrom<String> for SiteName {
    type Error = SiteNameError;

    fn try_from(text: String) -> Result<Self, SiteNameError> {
        text.parse()
    }
}

impl From<SiteName> for String {
    fn from(name: SiteName) -> Self {
        name.0
    }
}

impl fmt::Display for SiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A site at an address. The caller chooses the address: the one that the name has, or the one that
/// it should have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Site {
    /// The name.
    pub name: SiteName,
    /// The address to ask.
    pub to: SocketAddr,
    /// PEM files with further roots besides the public ones, for a private certificate authority.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<PathBuf>,
}

impl Site {
    /// A site whose certificate a public authority signs.
    pub fn new(name: SiteName, to: SocketAddr) -> Self {
        Self { name, to, roots: Vec::new() }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.name, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_they_are_sent() {
        let rows = [
            ("API.example.", Ok("api.example")),
            ("203.0.113.7", Ok("203.0.113.7")),
            ("::1", Ok("::1")),
            ("xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("bücher.example", Err("ASCII form")),
            ("*.example", Err("wildcard")),
            ("a b", Err("neither")),
            ("", Err("neither")),
            ("a\r\nHost: b", Err("neither")),
        ];
        for (text, expected) in rows {
            match (text.parse::<SiteName>(), expected) {
                (Ok(name), Ok(expected)) => assert_eq!(name.as_str(), expected),
                (Err(error), Err(reason)) => assert!(error.reason.contains(reason), "{error}"),
                (seen, _) => panic!("{text:?} gave {seen:?}"),
            }
        }
    }
}
