//! Reads the cause from the authority's messages and from acme.sh's own.

use super::{Cause, RateLimit, limit};

/// The maximum length of a message that is kept as it is.
const TEXT_CHARS_MAX: usize = 300;

/// A phrase, and the function that reads the message around it.
type Phrase = (&'static str, fn(&str) -> Cause);

/// Phrases in the messages, the most specific first. Each has a blank or a colon in it, so that no
/// name or path has one.
const PHRASES: [Phrase; 21] = [
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
    ("invalid response from", wrong_answer),
    ("the key authorization file from the server did not match", |_| Cause::WrongAnswer {
        status: None,
    }),
    (" redirect", |_| Cause::BadRedirect),
    ("not write token to file", |_| Cause::ChallengesNotWritable),
    ("giving up sending to ca server", |_| Cause::AuthorityNotReached),
    ("can not init api", |_| Cause::AuthorityNotReached),
    ("cannot init api", |_| Cause::AuthorityNotReached),
    ("can not get nonce", |_| Cause::AuthorityNotReached),
    ("to get nonce", |_| Cause::AuthorityNotReached),
    ("cannot make post request", |_| Cause::AuthorityNotReached),
    ("could not get nonce", |_| Cause::AuthorityNotReached),
];

impl Cause {
    /// Reads the cause from a message of the authority.
    pub fn read(text: &str) -> Self {
        let detail = detail(text);
        let said = detail.as_deref().unwrap_or(text);
        let lower = text.to_ascii_lowercase();
        if let Some(limit) = RateLimit::of(&lower) {
            let (window, retry_after) = (limit::window(&lower), limit::retry_after(said));
            return Self::RateLimited { limit, window, retry_after };
        }
        let phrase = PHRASES.iter().find(|(phrase, _)| lower.contains(phrase));
        phrase.map_or_else(
            || Self::Other { text: said.trim().chars().take(TEXT_CHARS_MAX).collect() },
            |(_, cause)| cause(said),
        )
    }

    /// Whether the cause is known, and not only a text.
    pub(super) fn is_known(&self) -> bool {
        !matches!(self, Self::Other { .. })
    }
}

/// The `detail` of the authority's answer. acme.sh cuts some answers, so the text need not be JSON
/// as a whole.
fn detail(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("\"detail\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let mut escaped = false;
    let end = rest.find(|it: char| {
        let ends = it == '"' && !escaped;
        escaped = it == '\\' && !escaped;
        ends
    });
    let quoted = format!("\"{}\"", &rest[..end?]);
    let read: String = serde_json::from_str(&quoted).ok()?;
    Some(read).filter(|it| !it.trim().is_empty())
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

/// Reads `Invalid response from http://a/… [203.0.113.7]: 404`, where the address may be absent,
/// and where older messages have the beginning of the page instead of the status.
fn wrong_answer(text: &str) -> Cause {
    let lower = text.to_ascii_lowercase();
    let rest = lower.split_once("invalid response from ").map_or("", |(_, rest)| rest);
    let rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(address) => address.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let rest = rest.trim_start_matches([':', ' ']);
    let status = leading_status(rest).or_else(|| {
        let (_, title) = rest.split_once("<title>")?;
        leading_status(title)
    });
    Cause::WrongAnswer { status }
}

/// The three digits at the beginning of a text, if they are a status.
fn leading_status(text: &str) -> Option<u16> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let is_number = text[end..].starts_with('.') && text[end..].len() > 1;
    let status = text[..end].parse().ok().filter(|_| end == 3 && !is_number)?;
    (100..600).contains(&status).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_s_words_become_causes() {
        let dns = |problem: &str| Cause::Dns { problem: problem.to_owned() };
        let answer = |status| Cause::WrongAnswer { status };
        let other = |text: &str| Cause::Other { text: text.to_owned() };
        let rows = [
            (
                "Fetching http://a/x: Timeout during read (your server may be slow)",
                Cause::ReadTimedOut,
            ),
            ("Fetching http://a/x: Connection refused", Cause::ConnectionRefused),
            ("Fetching http://a/x: Connection reset by peer", Cause::ConnectionReset),
            ("Fetching http://a/x: Network unreachable", Cause::NetworkUnreachable),
            ("203.0.113.7: Invalid response from http://a/x: 404", answer(Some(404))),
            ("Invalid response from http://a/x [103.117.102.98]: 503", answer(Some(503))),
            // A number of an address or of a path is no status.
            ("Invalid response from http://a/x [103.117.102.98]: ", answer(None)),
            ("Invalid response from http://a/404/x [103.117.102.98]: \\", answer(None)),
            ("103.117.102.98: Invalid response from http://a/x: 103.117.102.98", answer(None)),
            (
                r#"Invalid response from http://a/x [203.0.113.7]: "<html>\r\n<head><title>404 Not Found</title></head>""#,
                answer(Some(404)),
            ),
            (r#"Invalid response from https://a/x: "<!DOCTYPE html><h1>418 days""#, answer(None)),
            ("Invalid response from http://redirect.example/x: 404", answer(Some(404))),
            ("Fetching https://a/x: Redirect loop detected", Cause::BadRedirect),
            ("Fetching https://a/x: Too many redirects", Cause::BadRedirect),
            ("Fetching https://a/x: Invalid port in redirect target", Cause::BadRedirect),
            ("DNS problem: NXDOMAIN looking up A for a.example", dns("NXDOMAIN")),
            ("DNS problem: SERVFAIL looking up CAA for a.example", dns("SERVFAIL")),
            ("DNS problem: query timed out looking up A for a.example", dns("query timed out")),
            ("no valid A records found for a.example", Cause::NoAddress),
            ("CAA record for a.example prevents issuance", Cause::CaaForbids),
            (
                "During secondary validation: 203.0.113.7: Connection refused",
                Cause::ConnectionRefused,
            ),
            ("Giving up sending to CA server after 20 retries.", Cause::AuthorityNotReached),
            ("the moon is full", other("the moon is full")),
            (
                r#"Account registration error: { "type": "urn:ietf:params:acme:error:invalidContact", "detail": "contact email has forbidden domain \"example.org\"", "status": 400 }"#,
                other(r#"contact email has forbidden domain "example.org""#),
            ),
            // acme.sh cuts this one before its end.
            (
                r#"{"type":"urn:ietf:params:acme:error:malformed","detail":"the moon \"is"#,
                other(r#"{"type":"urn:ietf:params:acme:error:malformed","detail":"the moon \"is"#),
            ),
        ];
        for (words, expected) in rows {
            assert_eq!(Cause::read(words), expected, "{words}");
        }
    }
}
