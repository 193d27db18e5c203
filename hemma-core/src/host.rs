//! The place where something happens: this machine, or a host that ssh knows by name.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::credentials::without_credentials;

/// An alias from the operator's own ssh configuration (`ssh hemma` → `Host::from_str("hemma")`).
///
/// Never empty and never starts with `-`, so it cannot be taken for an option of `ssh`. Everything
/// behind the alias (address, user, key, jump host) stays in the operator's ssh configuration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host(String);

impl Host {
    /// The alias as ssh takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text cannot be a host alias.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot be a host alias: {reason}")]
pub struct HostError {
    text: String,
    reason: &'static str,
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let refuse = |reason| {
            let text = without_credentials(text).chars().take(120).collect::<String>();
            Err(HostError { text: text.escape_debug().to_string(), reason })
        };
        if text.is_empty() {
            return refuse("it is empty");
        }
        if text.contains("://") {
            return refuse("it is a URL; write the alias alone");
        }
        if text.chars().any(char::is_whitespace) {
            return refuse("it holds a space");
        }
        if text.starts_with('-') {
            return refuse("ssh would read it as an option");
        }
        if text.len() > 255 {
            return refuse("it is longer than 255 bytes");
        }
        if !text.chars().all(|it| it.is_ascii_alphanumeric() || "-._@:%[]".contains(it)) {
            return refuse("only letters, digits and - . _ @ : % [ ] are allowed");
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Host {
    type Error = HostError;

    fn try_from(text: String) -> Result<Self, HostError> {
        text.parse()
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Host {
    fn schema_name() -> Cow<'static, str> {
        "Host".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z0-9._@:%\\[\\]][A-Za-z0-9._@:%\\[\\]-]*$",
        })
    }
}

/// The place where a command runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// This machine, the operator's.
    Here,
    /// A host, through ssh.
    On(Host),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here => f.write_str("this machine"),
            Self::On(host) => host.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_never_an_option_and_never_empty() {
        for good in ["hemma", "deploy@10.0.0.1", "hemma.example", "a_b-c", "[::1]"] {
            assert_eq!(good.parse::<Host>().expect("a usual alias").as_str(), good);
        }
        for bad in ["", "-oProxyCommand=x", "two words", "a\nb", "$(id)", "a;b", "åäö"] {
            assert!(bad.parse::<Host>().is_err(), "{bad:?} was taken");
        }
    }
}
