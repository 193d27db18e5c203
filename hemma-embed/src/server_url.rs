//! The address of a service.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;
use serde::{Deserialize, Serialize};

/// The address of a service, e.g. `http://127.0.0.1:19000`.
///
/// Only plain HTTP: the services listen on localhost of their host and are reached through ssh,
/// which encrypts.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerUrl(String);

/// The error for a text that is not a valid address of a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the address of a service: {reason}")]
pub struct ServerUrlError {
    text: String,
    reason: &'static str,
}

impl ServerUrl {
    /// The address as it was given. The grammar cache's keys contain it, including a trailing
    /// slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of one endpoint.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.0.trim_end_matches('/'))
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, ServerUrlError> {
        let refused = |text: &str, reason| Err(ServerUrlError { text: text.to_owned(), reason });
        let Ok(uri) = text.parse::<Uri>() else { return refused(text, "it is not a URL") };
        let Some(authority) = uri.authority() else {
            return refused(text, "it has no `http://HOST` at its beginning");
        };
        if authority.as_str().contains('@') {
            return refused("http://…@…", "it carries a user name or password");
        }
        if uri.scheme_str() != Some("http") {
            return refused(text, "only http:// is supported, through a tunnel that encrypts");
        }
        if authority.host().is_empty() {
            return refused(text, "it names no host");
        }
        if uri.query().is_some() {
            return refused(text, "it has a query");
        }
        // The HTTP client is stricter, and would report that only at the first request.
        if reqwest::Url::parse(text).is_err() {
            return refused(text, "its host and port cannot be connected to");
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ServerUrl {
    type Error = ServerUrlError;

    fn try_from(text: String) -> Result<Self, ServerUrlError> {
        text.parse()
    }
}

impl From<ServerUrl> for String {
    fn from(url: ServerUrl) -> Self {
        url.0
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_address_is_one() {
        let rows = [
            ("http://127.0.0.1:19000", None),
            ("http://127.0.0.1:19000/", None),
            ("http://[::1]:9000/prefix", None),
            (
                "https://hemma:9000",
                Some(
                    "only http:// is supported, through a tunnel that \
                     encrypts",
                ),
            ),
            ("127.0.0.1:19000", Some("only http:// is supported, through a tunnel that encrypts")),
            ("/v1/embed", Some("it has no `http://HOST` at its beginning")),
            ("http://a:b@hemma:9000", Some("it carries a user name or password")),
            ("http://hemma:9000/?a=b", Some("it has a query")),
            ("http://hem ma", Some("it is not a URL")),
            ("http://1.2.3.4.5", Some("its host and port cannot be connected to")),
            ("", Some("it is not a URL")),
        ];
        for (text, reason) in rows {
            let parsed = text.parse::<ServerUrl>();
            assert_eq!(parsed.as_ref().err().map(|it| it.reason), reason, "{text}");
            assert!(!format!("{parsed:?}").contains("a:b"), "a password is not repeated");
        }
    }

    #[test]
    fn an_endpoint_has_one_slash() {
        for text in ["http://h:1", "http://h:1/"] {
            let url: ServerUrl = text.parse().expect("plain");
            assert_eq!(url.endpoint("/healthz"), "http://h:1/healthz");
            assert_eq!(url.as_str(), text);
        }
    }
}
