//! A value that must not be seen.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The text that replaces a secret wherever it is shown or written.
pub const HIDDEN: &str = "[hidden]";

/// A text that prints, debugs and serializes as `[hidden]`.
///
/// The value is only available through [`Secret::reveal`], so a search for that word finds every
/// use. A secret in a recording reads back as one whose value *is* `[hidden]`: a replay never needs
/// the real one.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps the value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the code that must send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_prints_shows_it() {
        let secret = Secret::new("hunter2");
        let json = serde_json::to_string(&secret).expect("a string serializes");
        assert_eq!(format!("{secret} {secret:?} {json}"), "[hidden] [hidden] \"[hidden]\"");
        assert_eq!(secret.reveal(), "hunter2");
    }
}
