//! The HTTP request of a health check, read from its command line.

use hemma_core::names::UrlPath;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The addresses of the container itself.
const ITSELF: [&str; 5] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "ip6-localhost"];

/// The characters that end an address in a command line or in the source of a program.
const ENDS: [char; 10] = ['"', '\'', '`', ')', '|', ';', '<', '>', ',', '\\'];

/// The request that a health check makes of its own container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpCheck {
    /// The port in the container.
    pub port: u16,
    /// The path.
    pub path: UrlPath,
}

impl HttpCheck {
    /// Reads the `test` of a health check. `None` where it makes no request, or one that cannot be
    /// repeated from outside. An address with a query or a login is not kept: either may be secret.
    pub(super) fn read(test: &Value) -> Option<Self> {
        let words: Vec<&str> = match test {
            Value::String(line) => vec![line],
            Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
            _ => return None,
        };
        words.into_iter().flat_map(addresses).find_map(|(port, rest)| Self::at(port, rest))
    }

    fn at(usual: u16, rest: &str) -> Option<Self> {
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address are in its brackets.
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (authority, usual),
        };
        if !ITSELF.contains(&host) || path.contains(['?', '$']) {
            return None;
        }
        Some(Self { port, path: path.parse().ok()? })
    }
}

/// The addresses in a word: the port that their scheme means, and what follows the scheme.
fn addresses(word: &str) -> impl Iterator<Item = (u16, &str)> {
    let begins = word.match_indices("://").filter_map(|(at, sign)| {
        let port = match &word[..at] {
            before if before.ends_with("https") => 443,
            before if before.ends_with("http") => 80,
            _ => return None,
        };
        Some((port, &word[at + sign.len()..]))
    });
    begins.map(|(port, rest)| {
        let ends = |it: char| it.is_whitespace() || ENDS.contains(&it);
        (port, rest.split(ends).next().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_request_is_read_from_what_people_write() {
        let rows = [
            (
                json!(["CMD", "curl", "-f", "http://localhost:8080/healthz"]),
                Some((8080, "/healthz")),
            ),
            (
                json!(["CMD-SHELL", "curl -fsS http://127.0.0.1:8000/health || exit 1"]),
                Some((8000, "/health")),
            ),
            (json!("wget -qO- http://[::1]:3000/ready|grep ok"), Some((3000, "/ready"))),
            (json!(["CMD", "wget", "--spider", "http://localhost"]), Some((80, "/"))),
            (json!(["CMD", "curl", "-kf", "https://localhost/ping"]), Some((443, "/ping"))),
            (
                json!([
                    "CMD",
                    "python",
                    "-c",
                    "import urllib.request as r; r.urlopen('http://0.0.0.0:9000/up')"
                ]),
                Some((9000, "/up")),
            ),
            (
                json!(["CMD-SHELL", "curl -H 'X: http://other' http://localhost:1/a;true"]),
                Some((1, "/a")),
            ),
            (json!(["CMD", "pg_isready", "-U", "postgres"]), None),
            (json!(["CMD", "curl", "http://other:8080/"]), None),
            (json!(["CMD", "curl", "http://user:hunter2@localhost/"]), None),
            (json!(["CMD", "curl", "http://localhost/?token=hunter2"]), None),
            (json!(["CMD-SHELL", "curl http://localhost:${PORT}/"]), None),
            (json!(["CMD", "curl", "http://localhost:99999/"]), None),
            (json!(["NONE"]), None),
            (json!(["CMD", "://"]), None),
            (json!(null), None),
        ];
        for (test, expected) in rows {
            let read = HttpCheck::read(&test);
            let read = read.as_ref().map(|it| (it.port, it.path.as_str()));
            assert_eq!(read, expected, "{test}");
        }
    }
}
