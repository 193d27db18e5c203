//! A DNS name, which is validated once and whose type proves that it is valid.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A host name in the form of DNS: lower case, ASCII (`xn--…` for the rest), no trailing dot.
///
/// ```
/// use hemma_dns::DnsName;
///
/// let name: DnsName = "Räksmörgås.Example.".parse()?;
/// assert_eq!(name.as_str(), "xn--rksmrgs-5wao1o.example");
/// assert!("203.0.113.7".parse::<DnsName>().is_err());
/// # Ok::<(), hemma_dns::DnsNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DnsName(String);

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("`{text}` cannot be a DNS name: {reason}")]
pub struct DnsNameError {
    /// The text, with non-printing characters escaped.
    pub text: String,
    /// What is wrong with the text.
    pub reason: String,
}

/// The limit of DNS itself, in text form without the last dot.
const NAME_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

impl DnsName {
    /// The name, without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name and the names above it, longest first: `a.b.c`, `b.c`, `c`.
    pub fn and_above(&self) -> impl Iterator<Item = DnsName> + '_ {
        let dots = self.0.match_indices('.').map(|(at, _)| at + 1);
        std::iter::once(0).chain(dots).map(|start| Self(self.0[start..].to_owned()))
    }

    /// Whether this name is `zone` or below it.
    pub fn is_within(&self, zone: &DnsName) -> bool {
        let ahead = self.0.strip_suffix(zone.as_str());
        ahead.is_some_and(|it| it.is_empty() || it.ends_with('.'))
    }
}

impl FromStr for DnsName {
    type Err = DnsNameError;

    fn from_str(text: &str) -> Result<Self, DnsNameError> {
        check(text).map(Self).map_err(|reason| {
            let text = text.chars().take(NAME_BYTES_MAX).flat_map(char::escape_debug).collect();
            DnsNameError { text, reason: reason.to_owned() }
        })
    }
}

fn check(text: &str) -> Result<String, &'static str> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty() {
        return Err("it is empty");
    }
    // Longer than any name can be, even before it is encoded as ASCII.
    if text.len() > 4 * NAME_BYTES_MAX {
        return Err("it is longer than 253 characters");
    }
    if text.parse::<std::net::IpAddr>().is_ok() || text.starts_with('[') {
        return Err("it is an address, and addresses have no records");
    }
    if text.starts_with("*.") || text == "*" {
        return Err("it is a wildcard; name one host below it");
    }
    let ascii = idna::domain_to_ascii(text).map_err(|_| "it is not a valid international name")?;
    if ascii.len() > NAME_BYTES_MAX {
        return Err("it is longer than 253 characters");
    }
    for label in ascii.split('.') {
        check_label(label)?;
    }
    // `idna` maps other digits to ASCII ones, so an address can appear only here.
    if ascii.rsplit('.').next().is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit())) {
        return Err("its last part is a number, as in an address");
    }
    Ok(ascii)
}

fn check_label(label: &str) -> Result<(), &'static str> {
    if label.is_empty() {
        return Err("it has an empty part between two dots");
    }
    if label.len() > LABEL_BYTES_MAX {
        return Err("a part of it is longer than 63 characters");
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err("a part of it begins or ends with `-`");
    }
    // The underscore is for service names such as `_acme-challenge`.
    let taken = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
    label.bytes().all(taken).then_some(()).ok_or("only letters, digits, `-` and `_` are allowed")
}

impl TryFrom<String> for DnsName {
    type Error = DnsNameError;

    fn try_from(text: String) -> Result<Self, DnsNameError> {
        text.parse()
    }
}

impl From<DnsName> for String {
    fn from(name: DnsName) -> Self {
        name.0
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_dns_knows_them() {
        let rows = [
            ("api.huleedu.hule.education", "api.huleedu.hule.education"),
            ("API.Example.", "api.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("bücher。example", "xn--bcher-kva.example"),
            ("_acme-challenge.example", "_acme-challenge.example"),
            ("1.example", "1.example"),
        ];
        for (text, name) in rows {
            assert_eq!(text.parse::<DnsName>().map(String::from), Ok(name.to_owned()));
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_reason() {
        let long = format!("{}.example", "a".repeat(64));
        let longer = vec!["abcdefgh"; 40].join(".");
        let rows = [
            ("", "empty"),
            (".", "empty"),
            ("a..b", "empty part"),
            ("203.0.113.7", "address"),
            ("2001:db8::1", "address"),
            ("[::1]", "address"),
            ("１.２.３.４", "number"),
            ("*.example", "wildcard"),
            ("-a.example", "`-`"),
            ("a b.example", "only letters"),
            ("a\u{0}b.example", "only letters"),
            ("xn--\u{ffff}.example", "international"),
            (long.as_str(), "63"),
            (longer.as_str(), "253"),
        ];
        for (text, reason) in rows {
            let error = text.parse::<DnsName>().expect_err(text);
            assert!(error.reason.contains(reason), "{text:?}: {error}");
        }
    }

    #[test]
    fn the_names_above_come_longest_first() {
        let name: DnsName = "a.b.c".parse().expect("a name");
        let above: Vec<String> = name.and_above().map(String::from).collect();
        assert_eq!(above, ["a.b.c", "b.c", "c"]);
        let [zone, other] = ["b.c", "xb.c"].map(|it| it.parse::<DnsName>().expect("a name"));
        assert!(name.is_within(&zone) && zone.is_within(&zone) && !other.is_within(&zone));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_what_is_taken_reads_back(text in ".{0,80}") {
            if let Ok(name) = text.parse::<DnsName>() {
                assert_eq!(name.as_str().parse(), Ok(name.clone()));
            }
        }
    }
}
