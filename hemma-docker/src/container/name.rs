//! A container's name, which is also a segment of the path that is sent to the engine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A container's name or id.
///
/// Never empty and without a slash, so it cannot lead a request anywhere else; it never begins
/// with `-`, so it cannot be taken for an option of a command.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContainerName(String);

impl ContainerName {
    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text cannot name a container.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` cannot name a container: only letters, digits and _ . - are taken, \
     and it must begin with a letter or digit"
)]
pub struct ContainerNameError {
    text: String,
}

impl FromStr for ContainerName {
    type Err = ContainerNameError;

    fn from_str(text: &str) -> Result<Self, ContainerNameError> {
        let taken = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
        if text.starts_with(|it: char| it.is_ascii_alphanumeric()) && text.chars().all(taken) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ContainerNameError { text: text.escape_debug().to_string() })
        }
    }
}

impl TryFrom<String> for ContainerName {
    type Error = ContainerNameError;

    fn try_from(text: String) -> Result<Self, ContainerNameError> {
        text.parse()
    }
}

impl From<ContainerName> for String {
    fn from(name: ContainerName) -> Self {
        name.0
    }
}

impl fmt::Display for ContainerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place() {
        for good in ["nginx-proxy", "huleedu_content_service", "4f1d", "a.b"] {
            assert!(good.parse::<ContainerName>().is_ok(), "{good:?} was refused");
        }
        for bad in ["", "-f", "_x", "a/b", "a b", "../x", "a?b", "a\nb", "å"] {
            assert!(bad.parse::<ContainerName>().is_err(), "{bad:?} was taken");
        }
    }
}
