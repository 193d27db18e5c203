//! What registries say when they do not hand out an image.

use hemma_core::{Hint, Host};
use serde::{Deserialize, Serialize};

/// Defines `manifest IMAGE [FLAG…]` for a script on the host, which prints an image's manifest with
/// the credentials of the engine's command line there. A registry that the engine asks without TLS
/// is asked without it; `docker manifest` by itself would say that it has nothing.
pub const MANIFEST: &str = r#"
plain=$(sudo -n docker info --format '{{range .RegistryConfig.InsecureRegistryCIDRs}}{{json .}} {{end}}{{range .RegistryConfig.IndexConfigs}}{{if not .Secure}}{{.Name}} {{end}}{{end}}' 2>/dev/null)
manifest() {
    image=$1 insecure=
    shift
    case ${image%%/*} in 127.*|localhost|localhost:*) insecure=--insecure ;; esac
    for it in $plain; do
        case $it in
        '"127.0.0.0/8"'|'"::1/128"') ;;
        '"'*/*|"${image%%/*}") insecure=--insecure ;;
        esac
    done
    sudo -n docker manifest inspect $insecure "$@" -- "$image"
}
"#;

/// The registry of images whose name has no registry in it.
const DOCKER_HUB: &str = "docker.io";

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

    /// What to do about it on the host.
    pub fn hint(self, host: &Host, registry: &str) -> Option<Hint> {
        match self {
            // Docker runs as root there, so the credential is root's.
            Self::Login => {
                let registry = Some(registry).filter(|it| *it != DOCKER_HUB);
                let line = ["sudo docker login"].into_iter().chain(registry).collect::<Vec<_>>();
                Some(Hint::Run(host.line(line.join(" ")).replacen("ssh ", "ssh -t ", 1)))
            }
            Self::RateLimit => {
                let wait = "wait until the registry's limit has passed, or log in to it";
                Some(Hint::Do(wait.to_owned()))
            }
            Self::Missing | Self::Platform => None,
        }
    }
}

/// The registry that an image's name leads to: `docker.io` for a name without one.
///
/// ```
/// use hemma_docker::registry::registry_of;
///
/// assert_eq!(registry_of("redis:7"), "docker.io");
/// assert_eq!(registry_of("ghcr.io/team/app:1"), "ghcr.io");
/// assert_eq!(registry_of("localhost:5000/app"), "localhost:5000");
/// ```
pub fn registry_of(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
        _ => DOCKER_HUB,
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
