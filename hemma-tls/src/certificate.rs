//! Reads a certificate from bytes, without a clock or a socket.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Name;

use crate::text::printable;

/// The maximum number of names that are kept. A certificate may have thousands; a person needs a
/// few.
const NAMES_MAX: usize = 20;
const TEXT_CHARS_MAX: usize = 200;

/// One certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject. Only the names are compared with the site.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// The names and addresses that it is valid for; only the first ones are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The number of all names.
    pub name_count: usize,
    /// The start of its validity.
    pub not_before: Timestamp,
    /// The end of its validity. `Timestamp::MAX` if it has none: the standard writes that as the
    /// last second of the year 9999.
    pub not_after: Timestamp,
    /// The kind of key, e.g. `RSA 2048`.
    pub key: String,
    /// Whether it may sign other certificates.
    pub is_authority: bool,
    /// Whether it is signed with its own key.
    pub is_self_signed: bool,
}

/// Why bytes are not a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("this is not a certificate: {reason}")]
pub struct CertificateError {
    /// What is wrong with the bytes.
    pub reason: String,
}

impl Certificate {
    /// Reads a certificate in DER form.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let wrong = |reason: &str| CertificateError { reason: reason.to_owned() };
        let (_, seen) = X509Certificate::from_der(der).map_err(|it| wrong(&it.to_string()))?;
        let start = Timestamp::from_second(seen.validity().not_before.timestamp());
        let end = Timestamp::from_second(seen.validity().not_after.timestamp());
        let alternatives = seen.subject_alternative_name().ok().flatten();
        let all = alternatives.map(|it| it.value.general_names.as_slice()).unwrap_or_default();
        Ok(Self {
            subject: distinguished(seen.subject()),
            issuer: distinguished(seen.issuer()),
            names: all.iter().filter_map(alternative).take(NAMES_MAX).collect(),
            name_count: all.len(),
            not_before: start.map_err(|_| wrong("its dates are no dates"))?,
            not_after: end.unwrap_or(Timestamp::MAX),
            key: key(&seen),
            is_authority: seen.is_ca(),
            // Equal names prove nothing, because anyone can write them.
            is_self_signed: seen.subject() == seen.issuer() && seen.verify_signature(None).is_ok(),
        })
    }
}

impl Certificate {
    /// Whether its validity ends.
    pub fn has_end(&self) -> bool {
        self.not_after < Timestamp::MAX
    }
}

/// The common name, which is all that most have, or else the whole name.
pub(crate) fn distinguished(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|it| it.as_str().ok());
    match common {
        Some(common) => printable(common.as_bytes(), TEXT_CHARS_MAX),
        None => printable(name.to_string().as_bytes(), TEXT_CHARS_MAX),
    }
}

fn alternative(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(printable(name.as_bytes(), TEXT_CHARS_MAX)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => {
                <[u8; 4]>::try_from(*bytes).ok().map(|it| std::net::Ipv4Addr::from(it).to_string())
            }
            16 => {
                <[u8; 16]>::try_from(*bytes).ok().map(|it| std::net::Ipv6Addr::from(it).to_string())
            }
            _ => None,
        },
        _ => None,
    }
}

fn key(seen: &X509Certificate<'_>) -> String {
    match seen.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA {}", key.key_size()),
        Ok(PublicKey::EC(point)) => format!("EC {}", point.key_size()),
        _ => match seen.public_key().algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" => "Ed25519".to_owned(),
            other => printable(other.as_bytes(), 40),
        },
    }
}
