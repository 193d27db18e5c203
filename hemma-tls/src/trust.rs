//! Whether a browser would accept a chain. The real verifier judges; this module finds its reasons.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError as Refused, Error, OtherError, RootCertStore};
use serde::{Deserialize, Serialize};

use crate::text::printable;
use crate::{Certificate, SiteName};

/// The maximum length of a chain that is read.
pub(crate) const CHAIN_MAX: usize = 10;

/// A defect of a chain. A chain may have several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// The certificate has expired.
    Expired {
        /// The end of its validity.
        since: Timestamp,
    },
    /// The certificate is not valid yet.
    NotYetValid {
        /// The start of its validity.
        from: Timestamp,
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
            Self::Expired { since } => write!(f, "it expired on {}", day(*since)),
            Self::NotYetValid { from } => write!(f, "it is valid only from {}", day(*from)),
            Self::WrongName { names } if names.is_empty() => f.write_str("it names nobody"),
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

/// Judges a chain, whose first certificate is the site's own. No defects mean that it is trusted.
pub(crate) fn judge(
    verifier: &WebPkiServerVerifier,
    ders: &[CertificateDer<'_>],
    chain: &[Certificate],
    site: &SiteName,
    now: UnixTime,
) -> Vec<Defect> {
    let (Some((end, between)), Some(leaf)) = (ders.split_first(), chain.first()) else {
        return vec![Defect::Other {
            reason: "no certificate was sent that can be read".to_owned(),
        }];
    };
    let verify = |now| verifier.verify_server_cert(end, between, &site.tls(), &[], now).err();
    let Some(first) = verify(now) else { return Vec::new() };
    let mut defects = vec![named(&first, chain, leaf)];
    // The verifier stops at the first defect, and checks the dates first; so the other defects are
    // found at a time at which the dates are valid.
    if matches!(defects[0], Defect::Expired { .. } | Defect::NotYetValid { .. }) {
        let middle = leaf.not_before.as_second().midpoint(leaf.not_after.as_second());
        let within = u64::try_from(middle).unwrap_or_default();
        let second = verify(UnixTime::since_unix_epoch(std::time::Duration::from_secs(within)));
        defects.extend(second.map(|it| named(&it, chain, leaf)));
    }
    // An unknown issuer hides a wrong name in the same way.
    let names_site = || webpki_names(end, site);
    let has_name_defect =
        |it: &Defect| matches!(it, Defect::WrongName { .. } | Defect::DefaultCertificate);
    if !defects.iter().any(has_name_defect) && !names_site() {
        defects.push(Defect::WrongName { names: leaf.names.clone() });
    }
    defects.dedup();
    defects
}

fn webpki_names(end: &CertificateDer<'_>, site: &SiteName) -> bool {
    let parsed = rustls::server::ParsedCertificate::try_from(end);
    // A certificate that cannot be read already has a defect of its own.
    parsed.map_or(true, |it| rustls::client::verify_server_name(&it, &site.tls()).is_ok())
}

fn named(error: &Error, chain: &[Certificate], leaf: &Certificate) -> Defect {
    let Error::InvalidCertificate(refused) = error else {
        return Defect::Other { reason: printable(error.to_string().as_bytes(), 300) };
    };
    match refused {
        Refused::Expired | Refused::ExpiredContext { .. } => {
            // It may be an intermediate that has expired.
            let first = chain.iter().map(|it| it.not_after).min().unwrap_or(leaf.not_after);
            Defect::Expired { since: first }
        }
        Refused::NotValidYet | Refused::NotValidYetContext { .. } => {
            let last = chain.iter().map(|it| it.not_before).max().unwrap_or(leaf.not_before);
            Defect::NotYetValid { from: last }
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
        Refused::UnknownIssuer => match chain.last() {
            Some(last) if last.is_self_signed => Defect::UnknownRoot { root: last.subject.clone() },
            Some(last) => Defect::Incomplete { missing: last.issuer.clone() },
            None => Defect::Incomplete { missing: leaf.issuer.clone() },
        },
        Refused::Other(OtherError(source)) => Defect::Other { reason: short(source) },
        other => Defect::Other { reason: short(other) },
    }
}

fn short(words: &impl fmt::Display) -> String {
    printable(words.to_string().as_bytes(), 300)
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
