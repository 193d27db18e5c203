//! What registries say when they do not hand out an image.

use hemma_core::Hint;
use serde::{Deserialize, Serialize};

use crate::Remedy;

/// Why a registry does not hand out an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// It wants a login, or one with other rights. Docker Hub says the same of an image that does
    /// not exist.
    Login,
    /// It has no image of that name, or the image has no such tag.
    Missing,
    /// It has the image, but not for the host's platform.
    Platform,
    /// It has had too many requests from the host's address or account.
    RateLimit,
}

impl Reason {
    /// Reads it from the message of an engine, its command line, or Compose. `None` for everything
    /// else, above all a registry that was not reached.
    pub fn read(said: &str) -> Option<Self> {
        let said = said.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|it| said.contains(it));
        if has(&["toomanyrequests", "too many requests", "rate limit"]) {
            Some(Self::RateLimit)
        } else if has(&["no matching manifest", "does not match the specified platform"]) {
            Some(Self::Platform)
        } else if has(&["denied", "unauthorized", "no basic auth", "authentication required"]) {
            Some(Self::Login)
        } else if has(&["no such manifest", "manifest unknown", "not found", "name unknown"]) {
            Some(Self::Missing)
        } else {
            None
        }
    }

    /// The remedy, on the host that asked the registry. Docker runs as root there, so a credential of
    /// the login user does not count.
    pub fn hint(self, registry: &str) -> Option<Hint> {
        match self {
            Self::Login => Some(Remedy::LogIn(registry.parse().ok()?).into()),
            Self::RateLimit => Some(Remedy::WaitForRegistry(registry.parse().ok()?).into()),
            Self::Missing | Self::Platform => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_registry_says_is_read() {
        for (said, reason) in [
            ("no such manifest: 127.0.0.1:5000/app:2", Some(Reason::Missing)),
            (
                "manifest for app:2 not found: manifest unknown: manifest unknown",
                Some(Reason::Missing),
            ),
            (
                "Error response from daemon: pull access denied for app, repository does not exist or \
                 may require 'docker login': denied: requested access to the resource is denied",
                Some(Reason::Login),
            ),
            ("unauthorized: authentication required", Some(Reason::Login)),
            ("Head \"https://r.example/v2/\": no basic auth credentials", Some(Reason::Login)),
            (
                "no matching manifest for linux/arm64/v8 in the manifest list entries",
                Some(Reason::Platform),
            ),
            (
                "toomanyrequests: You have reached your unauthenticated pull rate limit.",
                Some(Reason::RateLimit),
            ),
            ("dial tcp: lookup r.example: no such host", None),
            ("net/http: TLS handshake timeout", None),
        ] {
            assert_eq!(Reason::read(said), reason, "{said}");
        }
    }
}
