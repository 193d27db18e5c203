//! The reasons why the certificate authority did not issue, read from its messages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a certificate was not issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Port 80 did not answer the authority: a firewall, or a router that forwards elsewhere.
    ConnectTimedOut,
    /// Port 80 accepted the authority, and did not answer in time.
    ReadTimedOut,
    /// Nothing listens on port 80 at the name's address.
    ConnectionRefused,
    /// The connection was reset.
    ConnectionReset,
    /// No route leads to the name's address; often the cause is a wrong AAAA record.
    NetworkUnreachable,
    /// The challenge got a wrong answer: the request went to another server.
    WrongAnswer {
        /// The status code, if the message has it.
        status: Option<u16>,
    },
    /// The challenge was redirected in a loop, or to a place that the authority does not follow.
    BadRedirect,
    /// The name could not be resolved.
    Dns {
        /// The DNS error, e.g. `NXDOMAIN`.
        problem: String,
    },
    /// The name has no usable address.
    NoAddress,
    /// A CAA record forbids issuance.
    CaaForbids,
    /// A rate limit of the authority is exceeded. Trying again makes it worse.
    RateLimited {
        /// The limit.
        limit: RateLimit,
        /// The time of the next permitted attempt, as the authority writes it.
        retry_after: Option<String>,
    },
    /// The ACME companion has no account with the authority.
    NoAccount,
    /// The ACME companion does not find the proxy's container.
    ProxyNotFound,
    /// The ACME companion cannot write to the directory from which the proxy serves challenges.
    ChallengesNotWritable,
    /// Wildcards need another method than a challenge on port 80.
    Wildcard,
    /// Another reason.
    Other {
        /// The message.
        text: String,
    },
}

/// A rate limit of the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimit {
    /// Five failed attempts for one name in an hour.
    FailedAttempts,
    /// Five certificates for the same names in a week.
    SameNames,
    /// Another limit.
    Other,
}

/// A phrase, and the function that reads the message around it.
type Phrase = (&'static str, fn(&str) -> Cause);

/// Phrases in the authority's messages, the most specific first.
const PHRASES: [Phrase; 19] = [
    ("too many failed authorizations", |it| limited(RateLimit::FailedAttempts, it)),
    ("exact set of", |it| limited(RateLimit::SameNames, it)),
    ("ratelimited", |it| limited(RateLimit::Other, it)),
    ("too many certificates", |it| limited(RateLimit::Other, it)),
    ("too many new orders", |it| limited(RateLimit::Other, it)),
    ("caa record for", |_| Cause::CaaForbids),
    ("urn:ietf:params:acme:error:caa", |_| Cause::CaaForbids),
    ("dns problem:", dns),
    ("no valid a records", |_| Cause::NoAddress),
    ("no valid ip addresses", |_| Cause::NoAddress),
    ("timeout during connect", |_| Cause::ConnectTimedOut),
    ("timeout during read", |_| Cause::ReadTimedOut),
    ("connection refused", |_| Cause::ConnectionRefused),
    ("connection reset", |_| Cause::ConnectionReset),
    ("network unreachable", |_| Cause::NetworkUnreachable),
    ("redirect", |_| Cause::BadRedirect),
    ("invalid response from", wrong_answer),
    ("the key authorization file from the server did not match", |_| Cause::WrongAnswer {
        status: None,
    }),
    ("invalid port in redirect", |_| Cause::BadRedirect),
];

impl Cause {
    /// Reads the cause from a message of the authority.
    pub fn read(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let phrase = PHRASES.iter().find(|(phrase, _)| lower.contains(phrase));
        phrase.map_or_else(
            || Self::Other { text: text.trim().chars().take(300).collect() },
            |(_, cause)| cause(text),
        )
    }

    /// What the operator can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::ConnectTimedOut | Self::ReadTimedOut | Self::ConnectionReset => {
                "let port 80 in from everywhere: the host's firewall and the router's forward"
            }
            Self::ConnectionRefused => "start the proxy, and see where the name leads",
            Self::NetworkUnreachable => "remove the AAAA record, or make IPv6 reach the host",
            Self::WrongAnswer { .. } | Self::BadRedirect => {
                "see where the name leads, and whether the proxy serves the challenges of this name"
            }
            Self::Dns { .. } | Self::NoAddress => "look at the DNS records of the name",
            Self::CaaForbids => "let the authority issue in the CAA records, or remove them",
            Self::RateLimited { .. } => "wait until then; every attempt before counts again",
            Self::NoAccount => "look at the ACME companion's settings",
            Self::ProxyNotFound => "start the proxy, then restart the ACME companion",
            Self::ChallengesNotWritable => "look at the volumes that proxy and companion share",
            Self::Wildcard => "name one host, or set up dns-01",
            Self::Other { .. } => "read the ACME companion's log",
        }
    }
}

fn limited(limit: RateLimit, text: &str) -> Cause {
    let after = text.split_once("retry after ").map(|(_, rest)| rest);
    let until = |it: &str| {
        // `2026-02-03 04:05:06 UTC: see https://…`
        let end = it.find(": ").or_else(|| it.find(['"', '}'])).unwrap_or(it.len());
        it[..end].trim().chars().take(40).collect()
    };
    Cause::RateLimited { limit, retry_after: after.map(until) }
}

fn dns(text: &str) -> Cause {
    let lower = text.to_ascii_lowercase();
    let rest = lower.split_once("dns problem:").map_or("", |(_, rest)| rest);
    // The text after `looking up` names the record; the problem is before it.
    let problem = rest.split(" looking up").next().unwrap_or_default();
    let problem: String = problem.trim().chars().take(60).collect();
    let upper = matches!(problem.as_str(), "nxdomain" | "servfail" | "refused");
    Cause::Dns { problem: if upper { problem.to_uppercase() } else { problem } }
}

fn wrong_answer(text: &str) -> Cause {
    // `Invalid response from http://a/…: 404`
    let codes = text.split(|it: char| !it.is_ascii_digit()).filter(|it| it.len() == 3);
    let status = codes.filter_map(|it| it.parse().ok()).rfind(|it| (100..600).contains(it));
    Cause::WrongAnswer { status }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConnectTimedOut => "port 80 does not answer from outside",
            Self::ReadTimedOut => {
                "port 80 accepts the certificate authority and does not answer it"
            }
            Self::ConnectionRefused => "nobody listens on port 80 where the name leads",
            Self::ConnectionReset => "the connection to port 80 breaks",
            Self::NetworkUnreachable => "there is no way from outside to where the name leads",
            Self::WrongAnswer { status: Some(status) } => {
                return write!(f, "the challenge is answered by somebody else, with {status}");
            }
            Self::WrongAnswer { status: None } => "the challenge is answered by somebody else",
            Self::BadRedirect => "the challenge is redirected to where nobody follows",
            Self::Dns { problem } => {
                return write!(f, "the certificate authority cannot resolve the name: {problem}");
            }
            Self::NoAddress => "the name has no address that the certificate authority may use",
            Self::CaaForbids => "a CAA record forbids the certificate",
            Self::RateLimited { limit, retry_after } => {
                return rate_limit(f, *limit, retry_after.as_deref());
            }
            Self::NoAccount => "the ACME companion has no account with the authority",
            Self::ProxyNotFound => "the ACME companion does not find the proxy's container",
            Self::ChallengesNotWritable => "the ACME companion cannot write the challenges",
            Self::Wildcard => "a wildcard cannot be had by way of port 80",
            Self::Other { text } => text,
        })
    }
}

fn rate_limit(
    f: &mut fmt::Formatter<'_>,
    limit: RateLimit,
    retry_after: Option<&str>,
) -> fmt::Result {
    f.write_str(match limit {
        RateLimit::FailedAttempts => "too many attempts for this name have failed in the last hour",
        RateLimit::SameNames => "too many certificates for the same names were issued this week",
        RateLimit::Other => "the certificate authority has seen too many requests",
    })?;
    match retry_after {
        Some(time) => write!(f, "; not before {time}"),
        None => Ok(()),
    }
}
