//! Whether a browser would accept a chain. The real verifier judges; this module finds its reasons.

mod path;
mod words;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError as Refused, Error, RootCertStore};
use serde::{Deserialize, Serialize};

use crate::text::printable;
use crate::{Certificate, SiteName};

pub(crate) use path::select;
use path::{End, Path};

/// A defect of a chain. A chain may have several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// The certificate has expired.
    Expired {
        /// The end of its validity.
        since: Timestamp,
        /// The authority in the chain whose certificate it is. `None`: the site's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// The certificate is not valid yet.
    NotYetValid {
        /// The start of its validity.
        from: Timestamp,
        /// The authority in the chain whose certificate it is. `None`: the site's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// The certificate is for other names.
    WrongName {
        /// The names; only the first ones are kept.
        names: Vec<String>,
    },
    /// It is the certificate that the proxy presents while it has none for a name.
    DefaultCertificate,
    /// The certificate is signed with its own key.
    SelfSigned,
    /// The chain ends in a root that is not trusted.
    UnknownRoot {
        /// The root.
        root: String,
    },
    /// The chain ends before a known root: an intermediate was not sent, or the next root is
    /// unknown. The two cannot be told apart from here.
    Incomplete {
        /// The name of the missing certificate.
        missing: String,
    },
    /// Another defect.
    Other {
        /// The verifier's message.
        reason: String,
    },
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { since, of: None } => write!(f, "it expired on {}", day(*since)),
            Self::Expired { since, of: Some(of) } => {
                write!(f, "`{of}` in its chain expired on {}", day(*since))
            }
            Self::NotYetValid { from, of: None } => {
                write!(f, "it is valid only from {}", day(*from))
            }
            Self::NotYetValid { from, of: Some(of) } => {
                write!(f, "`{of}` in its chain is valid only from {}", day(*from))
            }
            Self::WrongName { names } if names.is_empty() => f.write_str("it is for no name"),
            Self::WrongName { names } => write!(f, "it is for {}", names.join(", ")),
            Self::DefaultCertificate => {
                f.write_str("it is the proxy's default one: none was issued for this name yet")
            }
            Self::SelfSigned => f.write_str("it is signed by itself"),
            Self::UnknownRoot { root } => write!(f, "its root `{root}` is not trusted"),
            Self::Incomplete { missing } => {
                write!(
                    f,
                    "the chain stops before `{missing}`, which is neither sent nor a known root"
                )
            }
            Self::Other { reason } => f.write_str(reason),
        }
    }
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

/// What a server presented.
pub(crate) struct Chain<'c> {
    /// The certificates, of which the first is the site's own.
    pub(crate) ders: &'c [CertificateDer<'c>],
    /// The certificates as they were read, up to the first one that cannot be.
    pub(crate) read: &'c [Certificate],
    /// The number of issuers that were not looked at.
    pub(crate) left_out: usize,
}

/// Judges a chain. No defects mean that it is trusted.
pub(crate) fn judge(
    verifier: &WebPkiServerVerifier,
    chain: &Chain<'_>,
    site: &SiteName,
    now: UnixTime,
) -> Vec<Defect> {
    let (Some((end, between)), Some(leaf)) = (chain.ders.split_first(), chain.read.first()) else {
        return vec![Defect::Other {
            reason: "no certificate was sent that can be read".to_owned(),
        }];
    };
    let verify = |now| verifier.verify_server_cert(end, between, &site.tls(), &[], now).err();
    let Some(first) = verify(now) else { return Vec::new() };
    let path = Path::from(chain.ders);
    let mut defects = vec![named(&first, chain.read, leaf, path.as_ref())];
    // The verifier stops at the first defect, and checks the dates first; so the other defects are
    // found at a time at which the dates are valid. Dates that are wrong at that time are no defect.
    if is_about_dates(&first) {
        for time in valid_times(leaf, path.as_ref()) {
            match verify(time) {
                Some(second) if is_about_dates(&second) => {}
                second => {
                    defects.extend(second.map(|it| named(&it, chain.read, leaf, path.as_ref())));
                    break;
                }
            }
        }
    }
    // An unknown issuer hides a wrong name in the same way.
    let names_site = || webpki_names(end, site);
    let has_name_defect =
        |it: &Defect| matches!(it, Defect::WrongName { .. } | Defect::DefaultCertificate);
    if !defects.iter().any(has_name_defect) && !names_site() {
        defects.push(Defect::WrongName { names: leaf.names.clone() });
    }
    if chain.left_out > 0 {
        let reason = format!("{} further issuers that it sends were not looked at", chain.left_out);
        defects.push(Defect::Other { reason });
    }
    defects.dedup();
    defects
}

fn is_about_dates(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(
            Refused::ExpiredContext { .. } | Refused::NotValidYetContext { .. }
        )
    )
}

/// Times at which the certificates are valid: all of the path, or the site's own at least.
fn valid_times(leaf: &Certificate, path: Option<&Path>) -> Vec<UnixTime> {
    let own = (leaf.not_before.as_second(), leaf.not_after.as_second());
    let whole = path.map(|it| it.valid).filter(|(from, until)| from <= until);
    let middles = whole.into_iter().chain([own]).map(|(from, until)| from.midpoint(until));
    let time = |it: i64| {
        let seconds = u64::try_from(it).unwrap_or_default();
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    };
    middles.map(time).collect()
}

fn webpki_names(end: &CertificateDer<'_>, site: &SiteName) -> bool {
    let parsed = rustls::server::ParsedCertificate::try_from(end);
    // A certificate that cannot be read already has a defect of its own.
    parsed.map_or(true, |it| rustls::client::verify_server_name(&it, &site.tls()).is_ok())
}

fn named(error: &Error, read: &[Certificate], leaf: &Certificate, path: Option<&Path>) -> Defect {
    let Error::InvalidCertificate(refused) = error else {
        return Defect::Other { reason: printable(error.to_string().as_bytes(), 300) };
    };
    match refused {
        Refused::ExpiredContext { not_after, .. } => {
            let since = timestamp(*not_after);
            Defect::Expired { since, of: issuer_with(read, |it| it.not_after == since) }
        }
        Refused::NotValidYetContext { not_before, .. } => {
            let from = timestamp(*not_before);
            Defect::NotYetValid { from, of: issuer_with(read, |it| it.not_before == from) }
        }
        Refused::NotValidForName | Refused::NotValidForNameContext { .. } => {
            Defect::WrongName { names: leaf.names.clone() }
        }
        _ if leaf.is_self_signed => {
            if is_default(leaf) {
                Defect::DefaultCertificate
            } else {
                Defect::SelfSigned
            }
        }
        Refused::UnknownIssuer => match path.map(|it| &it.end) {
            Some(End::Root(root)) => Defect::UnknownRoot { root: root.clone() },
            Some(End::Missing(missing)) => Defect::Incomplete { missing: missing.clone() },
            None => Defect::Incomplete { missing: leaf.issuer.clone() },
        },
        // A certificate with the issuer's name was sent, and is another one.
        Refused::BadSignature => match path.map(|it| &it.end) {
            Some(End::Missing(name)) => Defect::Other {
                reason: format!(
                    "the chain stops before `{name}`: the certificate of that name has not signed it"
                ),
            },
            _ => Defect::Other { reason: words::reason(refused) },
        },
        other => Defect::Other { reason: words::reason(other) },
    }
}

fn timestamp(time: UnixTime) -> Timestamp {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// The subject of the issuer that a date belongs to, if it is not the site's own certificate.
fn issuer_with(read: &[Certificate], has: impl Fn(&Certificate) -> bool) -> Option<String> {
    let (leaf, issuers) = read.split_first()?;
    if has(leaf) {
        return None;
    }
    issuers.iter().find(|it| has(it)).map(|it| it.subject.clone())
}

/// Whether this is the certificate that acme-companion makes for the proxy to start with. The
/// second name is that of older versions.
fn is_default(leaf: &Certificate) -> bool {
    matches!(leaf.subject.as_str(), "acme-companion" | "letsencrypt-nginx-proxy-companion")
}

pub(crate) fn verifier(extra: &[CertificateDer<'_>]) -> Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for root in extra {
        roots.add(root.clone().into_owned()).map_err(|it| it.to_string())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    built.map_err(|it| it.to_string())
}
