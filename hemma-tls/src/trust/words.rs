//! What the verifier says about a chain, in words.

use rustls::{CertificateError as Refused, ExtendedKeyPurpose};
use x509_parser::asn1_rs::{FromDer, Oid};
use x509_parser::objects::{oid_registry, oid2sn};

use crate::text::printable;

/// The verifier's errors that rustls has no variant for, by their names. The crate that has them is
/// none of ours, and another version of it would not be recognized by its types.
const BY_NAME: [(&str, &str); 23] = [
    ("CaUsedAsEndEntity", "it is the certificate of an authority, and not of a server"),
    ("EndEntityUsedAsCa", "it is issued by a certificate that may not issue others"),
    ("CertDistrusted", "it is distrusted by browsers"),
    ("EmptyEkuExtension", "its list of permitted purposes is empty"),
    ("ExtensionValueInvalid", "one of its extensions has an invalid value"),
    ("InvalidNetworkMaskConstraint", "an authority in its chain has an invalid limit of addresses"),
    ("InvalidSerialNumber", "its serial number is invalid"),
    ("MalformedDnsIdentifier", "one of its names is no DNS name"),
    ("MalformedExtensions", "its extensions cannot be read"),
    (
        "MalformedNameConstraint",
        "an authority in its chain has limits of names that cannot be read",
    ),
    ("MaximumNameConstraintComparisonsExceeded", "its names are too many to be checked"),
    ("MaximumPathBuildCallsExceeded", "its chain has too many ways to a root to be checked"),
    ("MaximumPathDepthExceeded", "its chain is too long"),
    ("MaximumSignatureChecksExceeded", "its chain has too many signatures to be checked"),
    ("NameConstraintViolation", "an authority in its chain may not issue for its names"),
    ("PathLenConstraintViolated", "its chain is longer than an authority in it permits"),
    ("SignatureAlgorithmMismatch", "it names two different algorithms for its signature"),
    ("TrailingData", "there is more data behind it"),
    ("UnsupportedCertVersion", "it is not a certificate of X.509 version 3"),
    ("UnsupportedCriticalExtension", "it has a critical extension that browsers do not know"),
    ("UnsupportedNameType", "an authority in its chain limits names of an unknown kind"),
    ("UnknownRevocationStatus", "it is not known whether it was revoked"),
    ("BadDer", "it cannot be read"),
];

/// Why the verifier refuses a chain.
pub(super) fn reason(refused: &Refused) -> String {
    match refused {
        Refused::BadEncoding => "it cannot be read".to_owned(),
        Refused::Expired => "its validity ends before it begins".to_owned(),
        Refused::Revoked => "it was revoked".to_owned(),
        Refused::UnhandledCriticalExtension => {
            "it has a critical extension that browsers do not know".to_owned()
        }
        Refused::BadSignature => "its signature, or one in its chain, is wrong".to_owned(),
        Refused::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, .. } => format!(
            "it, or a certificate in its chain, is signed with {}, which browsers do not accept",
            algorithm(signature_algorithm_id)
        ),
        Refused::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => format!(
            "it, or a certificate in its chain, is signed with {}, which does not fit the issuer's \
             key ({})",
            algorithm(signature_algorithm_id),
            algorithm(public_key_algorithm_id)
        ),
        Refused::InvalidPurpose => "it is not for servers".to_owned(),
        Refused::InvalidPurposeContext { presented, .. } if presented.is_empty() => {
            "it is not for servers: its list of permitted purposes is empty".to_owned()
        }
        Refused::InvalidPurposeContext { presented, .. } => {
            let purposes: Vec<String> = presented.iter().map(purpose).collect();
            format!(
                "it, or an authority in its chain, is not for servers, but for {}",
                purposes.join(", ")
            )
        }
        Refused::UnknownRevocationStatus
        | Refused::ExpiredRevocationList
        | Refused::ExpiredRevocationListContext { .. } => {
            "it is not known whether it was revoked".to_owned()
        }
        Refused::Other(source) => by_name(&format!("{:?}", source.0)),
        other => by_name(&format!("{other:?}")),
    }
}

/// The words for an error by its name, with which its `Debug` begins.
fn by_name(debug: &str) -> String {
    let name = debug.split([' ', '(', '{']).next().unwrap_or(debug);
    let known = BY_NAME.iter().find(|it| it.0 == name);
    known.map_or_else(
        || format!("the verifier refuses it ({})", printable(name.as_bytes(), 80)),
        |it| it.1.to_owned(),
    )
}

fn purpose(purpose: &ExtendedKeyPurpose) -> String {
    match purpose {
        ExtendedKeyPurpose::ClientAuth => "clients".to_owned(),
        ExtendedKeyPurpose::ServerAuth => "servers".to_owned(),
        ExtendedKeyPurpose::Other(parts) => {
            let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
            match parts.join(".").as_str() {
                "1.3.6.1.5.5.7.3.3" => "code signing".to_owned(),
                "1.3.6.1.5.5.7.3.4" => "e-mail".to_owned(),
                "1.3.6.1.5.5.7.3.8" => "time stamps".to_owned(),
                "1.3.6.1.5.5.7.3.9" => "OCSP".to_owned(),
                other => printable(format!("the purpose {other}").as_bytes(), 60),
            }
        }
    }
}

/// The name of an algorithm, whose identifier is given without its outer tag.
fn algorithm(id: &[u8]) -> String {
    let Ok((_, oid)) = Oid::from_der(id) else { return "an unknown algorithm".to_owned() };
    let name = oid2sn(&oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned);
    printable(name.as_bytes(), 60)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::OtherError;

    use super::*;

    #[derive(Debug)]
    struct Named(&'static str);

    impl std::fmt::Display for Named {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Named {}

    #[test]
    fn every_cause_is_in_words() {
        let sha1 = vec![6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 5, 5, 0];
        let rsa = vec![6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 1, 5, 0];
        let rows = [
            (Refused::BadEncoding, "it cannot be read"),
            (Refused::BadSignature, "its signature, or one in its chain, is wrong"),
            (
                Refused::UnsupportedSignatureAlgorithmContext {
                    signature_algorithm_id: sha1.clone(),
                    supported_algorithms: Vec::new(),
                },
                "it, or a certificate in its chain, is signed with sha1WithRSAEncryption, which \
                 browsers do not accept",
            ),
            (
                Refused::UnsupportedSignatureAlgorithmForPublicKeyContext {
                    signature_algorithm_id: vec![6, 0xff],
                    public_key_algorithm_id: rsa,
                },
                "it, or a certificate in its chain, is signed with an unknown algorithm, which \
                 does not fit the issuer's key (rsaEncryption)",
            ),
            (
                Refused::InvalidPurposeContext {
                    required: ExtendedKeyPurpose::ServerAuth,
                    presented: vec![
                        ExtendedKeyPurpose::ClientAuth,
                        ExtendedKeyPurpose::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 3]),
                    ],
                },
                "it, or an authority in its chain, is not for servers, but for clients, code \
                 signing",
            ),
            (
                Refused::ApplicationVerificationFailure,
                "the verifier refuses it (ApplicationVerificationFailure)",
            ),
        ];
        for (refused, expected) in rows {
            assert_eq!(reason(&refused), expected);
        }
    }

    #[test]
    fn an_error_of_the_crate_below_is_known_by_its_name() {
        let error = rustls::OtherError(Arc::new(std::fmt::Error));
        assert_eq!(reason(&Refused::Other(error)), "the verifier refuses it (Error)");
        assert_eq!(by_name("TrailingData(Certificate)"), "there is more data behind it");
        assert_eq!(by_name("PathLenConstraintViolated"), BY_NAME[15].1);
        let unknown = OtherError(Arc::new(Named("x")));
        assert_eq!(reason(&Refused::Other(unknown)), "the verifier refuses it (Named)");
    }
}
