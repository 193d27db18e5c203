//! The reasons why a certificate was not issued.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::RateLimit;

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
        /// The time in which the attempts are counted, if the message has it.
        window: Option<String>,
        /// The time of the next permitted attempt, as the authority writes it.
        retry_after: Option<String>,
    },
    /// The authority cannot be reached from the host, or does not answer.
    AuthorityNotReached,
    /// The ACME companion has no account with the authority.
    NoAccount {
        /// Why the authority refused one, if the log has it.
        because: Option<Box<Cause>>,
    },
    /// The ACME companion does not find the proxy's container.
    ProxyNotFound,
    /// The ACME companion does not have the Docker engine's socket.
    EngineNotShared,
    /// The engine refuses the ACME companion's version of the API.
    EngineTooNew,
    /// The ACME companion cannot write to the directory from which the proxy serves challenges.
    ChallengesNotWritable,
    /// The ACME companion cannot write to one of its own directories.
    NotWritable {
        /// The directory, in the companion's container.
        directory: String,
    },
    /// Wildcards need another method than a challenge on port 80.
    Wildcard,
    /// Another name of the same certificate failed.
    OtherName {
        /// The name.
        name: String,
        /// Why it failed.
        cause: Box<Cause>,
    },
    /// The attempt ended without a certificate, and no known message says why.
    NoSuccess {
        /// The last message of the attempt.
        last: String,
    },
    /// Another reason.
    Other {
        /// The message.
        text: String,
    },
}

impl Cause {
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
            Self::RateLimited { limit: RateLimit::Paused, .. } => {
                "correct what failed, then let the authority issue again at the address in the \
                 ACME companion's log"
            }
            Self::RateLimited { .. } => "wait until then; every attempt before counts again",
            Self::AuthorityNotReached => {
                "see whether the host reaches the certificate authority, and look at its status page"
            }
            Self::NoAccount { because: Some(because) } if because.is_known() => because.advice(),
            Self::NoAccount { .. } => {
                "look at LETSENCRYPT_EMAIL and DEFAULT_EMAIL, and at the ACME companion's log"
            }
            Self::ProxyNotFound => {
                "start the proxy; if it runs, set NGINX_PROXY_CONTAINER of the ACME companion to \
                 its name, and restart the companion"
            }
            Self::EngineNotShared => "mount the Docker socket in the ACME companion's container",
            Self::EngineTooNew => "update the images of the ACME companion and of the proxy",
            Self::ChallengesNotWritable => "look at the volumes that proxy and companion share",
            Self::NotWritable { .. } => "look at the volumes of the ACME companion",
            Self::Wildcard => "name one host, or set up dns-01",
            Self::OtherName { cause, .. } => cause.advice(),
            Self::NoSuccess { .. } | Self::Other { .. } => "read the ACME companion's log",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConnectTimedOut => "port 80 does not answer from outside",
            Self::ReadTimedOut => {
                "port 80 accepts the certificate authority and does not answer it"
            }
            Self::ConnectionRefused => "nothing listens on port 80 at the name's address",
            Self::ConnectionReset => "the connection to port 80 breaks",
            Self::NetworkUnreachable => "no route leads from outside to the name's address",
            Self::WrongAnswer { status: Some(status) } => {
                return write!(f, "another server answers the challenge, with {status}");
            }
            Self::WrongAnswer { status: None } => "another server answers the challenge",
            Self::BadRedirect => {
                "the challenge is redirected to where the certificate authority does not follow"
            }
            Self::Dns { problem } => {
                return write!(f, "the certificate authority cannot resolve the name: {problem}");
            }
            Self::NoAddress => "the name has no address that the certificate authority may use",
            Self::CaaForbids => "a CAA record forbids the certificate",
            Self::RateLimited { limit, window, retry_after } => {
                return limit.write(f, window.as_deref(), retry_after.as_deref());
            }
            Self::AuthorityNotReached => {
                "the certificate authority does not answer the ACME companion"
            }
            Self::NoAccount { because: Some(because) } => {
                return write!(
                    f,
                    "the ACME companion has no account with the authority: {because}"
                );
            }
            Self::NoAccount { because: None } => {
                "the ACME companion has no account with the authority"
            }
            Self::ProxyNotFound => "the ACME companion does not find the proxy's container",
            Self::EngineNotShared => "the ACME companion does not have the Docker engine's socket",
            Self::EngineTooNew => {
                "the Docker engine refuses the ACME companion: its version of the API is too old"
            }
            Self::ChallengesNotWritable => "the ACME companion cannot write the challenges",
            Self::NotWritable { directory } => {
                return write!(f, "the ACME companion cannot write to {directory}");
            }
            Self::Wildcard => "a wildcard cannot be had by way of port 80",
            Self::OtherName { name, cause } => {
                return write!(f, "its certificate is also for {name}, which failed: {cause}");
            }
            Self::NoSuccess { last } if last.is_empty() => {
                "the attempt ended without a certificate"
            }
            Self::NoSuccess { last } => {
                return write!(f, "the attempt ended without a certificate, after `{last}`");
            }
            Self::Other { text } => text,
        })
    }
}
