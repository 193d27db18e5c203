//! Names of hosts on the web.

use std::net::IpAddr;

use super::{Reason, name};

name!(
    /// A DNS name of a host on the web, as DNS and certificates have it: lower case, ASCII
    /// (`xn--…` for the rest), no trailing dot.
    DomainName, "a DNS name", domain, "^[^\\s:/@*_]+\\.[^\\s:/@*_]*[^\\s:/@*_.]$", keep ascii
);
/// The limit of DNS itself, in text form without the last dot.
const NAME_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

fn domain(text: &str) -> Result<(), Reason> {
    if text.is_empty() {
        return Err("it is empty".into());
    }
    if let Some((scheme, _)) = text.split_once("://") {
        let is_word = scheme.len() <= 8 && scheme.bytes().all(|it| it.is_ascii_alphanumeric());
        let scheme = if is_word { scheme } else { "…" };
        return Err(format!("write the name alone, without `{scheme}://`").into());
    }
    if text.chars().any(|it| it.is_whitespace() || it.is_control()) {
        return Err("it holds a space or a control character".into());
    }
    if text.starts_with('[') || text.parse::<IpAddr>().is_ok() {
        return Err("it is an address; a name such as `app.example.org` is needed".into());
    }
    if text.contains('/') {
        return Err("write the name alone, without a path".into());
    }
    if text.contains('@') {
        return Err("write the name alone, without a user".into());
    }
    if text.contains(':') {
        return Err("write the name alone, without a port".into());
    }
    if text.contains('*') {
        return Err("it is a wildcard; name each host below it".into());
    }
    if text.contains('_') {
        return Err("`_` is not allowed in the name of a host".into());
    }
    if text.ends_with('.') {
        return Err("leave out the dot at its end".into());
    }
    encoded(text)
}

/// Checks the rules for the encoded name.
fn encoded(text: &str) -> Result<(), Reason> {
    if text.split('.').any(str::is_empty) {
        return Err("it has an empty part before or between its dots".into());
    }
    // Longer than any name can be, even before it is encoded as ASCII.
    if text.len() > 4 * NAME_BYTES_MAX {
        return Err(format!("it is longer than {NAME_BYTES_MAX} characters").into());
    }
    if text.is_ascii() {
        labels(text)?;
    }
    let ascii =
        idna::domain_to_ascii(text).map_err(|_| "it is not a valid international name (IDNA)")?;
    labels(&ascii)
}

fn labels(name: &str) -> Result<(), Reason> {
    if name.len() > NAME_BYTES_MAX {
        return Err(format!("it is longer than {NAME_BYTES_MAX} characters").into());
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Err("it has an empty part before or between its dots".into());
        }
        if label.len() > LABEL_BYTES_MAX {
            return Err(format!("a part of it is longer than {LABEL_BYTES_MAX} characters").into());
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err("a part of it begins or ends with `-`".into());
        }
        if !label.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
            return Err("only letters, digits, `-` and dots are allowed".into());
        }
    }
    // `idna` maps other digits to ASCII ones, so an address can appear only here.
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|it| it.is_ascii_digit()) {
        return Err("its last part is a number, as in an address".into());
    }
    if !name.contains('.') {
        return Err("it has no dot; write the whole name, such as `app.example.org`".into());
    }
    Ok(())
}

fn ascii(text: &str) -> String {
    idna::domain_to_ascii(text).unwrap_or_else(|_| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_as_dns_has_it() {
        let rows = [
            ("API.Example.org", "api.example.org"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("1.example", "1.example"),
        ];
        for (text, name) in rows {
            assert_eq!(text.parse::<DomainName>().expect(text).as_str(), name);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_what_is_taken_reads_back(text in ".{0,80}") {
            if let Ok(name) = text.parse::<DomainName>() {
                assert_eq!(name.as_str().parse(), Ok(name.clone()));
            }
        }
    }
}
