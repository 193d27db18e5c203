//! The path from a site's own certificate to the last of its issuers that was sent.

use std::collections::{HashMap, HashSet};

use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::prelude::FromDer;

use crate::certificate::distinguished;

/// The maximum length of a chain that is read.
pub(crate) const CHAIN_MAX: usize = 10;

/// The maximum number of issuers of one name that are looked at. The verifier tries every order of
/// them, so a few more would keep it busy for a second.
const SAME_NAME_MAX: usize = 4;

/// The certificates of a chain that are looked at, and how many issuers are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selected {
    /// Places in the chain, in the order sent, without the site's own certificate.
    pub(crate) issuers: Vec<usize>,
    /// The number of issuers that are left out, although their names lead to them.
    pub(crate) left_out: usize,
}

/// Selects the certificates that the names lead to from the site's own, then others, up to a limit:
/// some servers send a whole bundle of roots.
pub(crate) fn select(end: &CertificateDer<'_>, sent: &[CertificateDer<'_>]) -> Selected {
    let mut by_subject: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
    let mut issuer_of: HashMap<usize, Vec<u8>> = HashMap::new();
    for (at, der) in sent.iter().enumerate() {
        let Ok((_, seen)) = X509Certificate::from_der(der) else { continue };
        by_subject.entry(seen.subject().as_raw().to_vec()).or_default().push(at);
        issuer_of.insert(at, seen.issuer().as_raw().to_vec());
    }
    let own = X509Certificate::from_der(end).ok().map(|(_, it)| it.issuer().as_raw().to_vec());
    let mut names: Vec<Vec<u8>> = own.into_iter().collect();
    let (mut asked, mut reached, mut issuers) = (HashSet::new(), HashSet::new(), Vec::new());
    while let Some(name) = names.pop() {
        if !asked.insert(name.clone()) {
            continue;
        }
        for (count, at) in by_subject.get(&name).into_iter().flatten().enumerate() {
            reached.insert(*at);
            if count < SAME_NAME_MAX && issuers.len() + 1 < CHAIN_MAX {
                issuers.push(*at);
                names.extend(issuer_of.get(at).cloned());
            }
        }
    }
    let left_out = reached.len() - issuers.len();
    // The rest cannot be an issuer, and is shown.
    let room = (CHAIN_MAX - 1).saturating_sub(issuers.len());
    issuers.extend((0..sent.len()).filter(|it| !reached.contains(it)).take(room));
    issuers.sort_unstable();
    Selected { issuers, left_out }
}

/// How a path ends that leads to no trusted root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// In a root.
    Root(String),
    /// Before this issuer, which was not sent.
    Missing(String),
}

/// A path.
pub(super) struct Path {
    pub(super) end: End,
    /// The span in which every certificate of the path is valid, in seconds.
    pub(super) valid: (i64, i64),
}

impl Path {
    /// The path from the first certificate on. `None` if that cannot be read.
    pub(super) fn from(ders: &[CertificateDer<'_>]) -> Option<Self> {
        let read = |der| X509Certificate::from_der(der).ok().map(|(_, it)| it);
        let own = read(ders.first()?)?;
        let mut issuers: Vec<X509Certificate<'_>> =
            ders[1..].iter().filter_map(|it| read(it)).collect();
        let (mut current, mut valid) = (own, (i64::MIN, i64::MAX));
        loop {
            let (from, until) = validity(&current);
            valid = (valid.0.max(from), valid.1.min(until));
            let is_root = current.subject().as_raw() == current.issuer().as_raw();
            if is_root && current.verify_signature(None).is_ok() {
                return Some(Self { end: End::Root(distinguished(current.subject())), valid });
            }
            let Some(at) = issuers.iter().position(|it| has_signed(it, &current)) else {
                return Some(Self { end: End::Missing(distinguished(current.issuer())), valid });
            };
            current = issuers.swap_remove(at);
        }
    }
}

fn validity(certificate: &X509Certificate<'_>) -> (i64, i64) {
    let validity = certificate.validity();
    (validity.not_before.timestamp(), validity.not_after.timestamp())
}

/// Whether an issuer has signed a certificate. Its name is enough where the algorithm is not known
/// here.
fn has_signed(issuer: &X509Certificate<'_>, certificate: &X509Certificate<'_>) -> bool {
    issuer.subject().as_raw() == certificate.issuer().as_raw()
        && matches!(
            certificate.verify_signature(Some(issuer.public_key())),
            Ok(()) | Err(X509Error::SignatureUnsupportedAlgorithm)
        )
}
