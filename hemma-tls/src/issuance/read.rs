//! Reads the ACME companion's log line by line, without an engine or a clock.

use serde::{Deserialize, Serialize};

use super::Cause;
use crate::text::printable;

/// The maximum length of a line. acme.sh sometimes prints the authority's whole answer in one.
const LINE_CHARS_MAX: usize = 2_000;

/// An event in the companion's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The names that it is about. Empty: all names.
    pub names: Vec<String>,
    /// The kind of event.
    pub what: What,
}

/// The kind of an event in the companion's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The companion began to work on a certificate.
    Begun,
    /// A certificate was issued.
    Issued,
    /// There is a certificate, and its renewal is not due.
    NotDue,
    /// The attempt failed.
    Failed(Cause),
    /// The companion has finished and waits.
    Resting,
}

/// Reads the events of the log in their order.
pub fn read<'l>(lines: impl IntoIterator<Item = &'l str>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for line in lines {
        let line = clean(line);
        if let Some(begun) = begun(&line) {
            names = begun;
            events.push(Event { names: names.clone(), what: What::Begun });
        } else if let Some((about, cause)) = refused(&line) {
            let names = about.map_or_else(|| names.clone(), |it| vec![it]);
            events.push(Event { names, what: What::Failed(cause) });
        } else if let Some(cause) = in_the_way(&line) {
            events.push(Event { names: Vec::new(), what: What::Failed(cause) });
        } else if line.contains("Cert success.") {
            events.push(Event { names: names.clone(), what: What::Issued });
        } else if line.contains("Skipping. Next renewal time is") {
            events.push(Event { names: names.clone(), what: What::NotDue });
        } else if line.starts_with("Sleep for ") {
            events.push(Event { names: Vec::new(), what: What::Resting });
        }
    }
    events
}

/// Removes colours and the leading date, which acme.sh puts in brackets.
fn clean(line: &str) -> String {
    let mut plain = String::new();
    let end = line.char_indices().nth(2 * LINE_CHARS_MAX);
    let mut rest = end.map_or(line, |(at, _)| &line[..at]);
    while let Some((before, escaped)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let end =
            escaped.find(|it: char| it.is_ascii_alphabetic()).map_or(escaped.len(), |it| it + 1);
        rest = &escaped[end..];
    }
    plain.push_str(rest);
    let dated = plain.strip_prefix('[').and_then(|it| it.split_once("] ")).map(|(_, rest)| rest);
    printable(dated.unwrap_or(&plain).trim().as_bytes(), LINE_CHARS_MAX)
}

/// Reads `Creating/renewal a.example certificates... (a.example b.example)`.
fn begun(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix("Creating/renewal ")?;
    let (first, rest) = rest.split_once(" certificates")?;
    let listed = rest.split_once('(').and_then(|(_, it)| it.split_once(')')).map(|(it, _)| it);
    let separator = |it: char| it.is_whitespace() || it == ',';
    let names = listed.unwrap_or(first).split(separator).filter(|it| !it.is_empty());
    Some(names.map(str::to_ascii_lowercase).collect())
}

/// The cause of a refusal, and the name if the message has it.
fn refused(line: &str) -> Option<(Option<String>, Cause)> {
    for mark in
        [": Invalid status. Verification error details:", ":Verify error:", ": Verify error:"]
    {
        if let Some((name, words)) = line.split_once(mark) {
            let name = name.rsplit(' ').next().unwrap_or(name).to_ascii_lowercase();
            return Some((Some(name), Cause::read(words)));
        }
    }
    for mark in ["Error creating new order.", "Could not get nonce", "Sign failed"] {
        if let Some((_, words)) = line.split_once(mark) {
            let words = words.trim_start_matches(" Le_OrderFinalize not found.");
            let words = if words.trim().is_empty() { line } else { words };
            return Some((None, Cause::read(words)));
        }
    }
    line.contains("will not retry anymore").then(|| (None, retry_later(line)))
}

/// Reads `The retryafter=86400 value is too large (> 600), will not retry anymore.`
fn retry_later(line: &str) -> Cause {
    let seconds = line.split_once("retryafter=").map(|(_, it)| it.split(' ').next().unwrap_or(it));
    let retry_after = seconds.map(|it| format!("{it} s from then"));
    Cause::RateLimited { limit: super::RateLimit::Other, retry_after }
}

/// The reason why the companion does not try at all.
fn in_the_way(line: &str) -> Option<Cause> {
    let has = |words: &str| line.contains(words);
    if has("no ACME account was found or registered") {
        Some(Cause::NoAccount)
    } else if has("can't get nginx-proxy container ID")
        || (has("Error: nginx-proxy container") && has("running"))
    {
        Some(Cause::ProxyNotFound)
    } else if has("can't access or write to '/usr/share/nginx/html'") {
        Some(Cause::ChallengesNotWritable)
    } else if has("can't be obtained with HTTP-01") {
        Some(Cause::Wildcard)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuance::RateLimit;

    fn cause(line: &str) -> Cause {
        let begun = "Creating/renewal a.example certificates... (a.example)";
        match read([begun, line]).pop().map(|it| it.what) {
            Some(What::Failed(cause)) => cause,
            other => panic!("{line} gave {other:?}"),
        }
    }

    #[test]
    fn a_round_of_the_companion_is_read_in_order() {
        let log = "\
            Creating/renewal a.example certificates... (a.example www.a.example)\n\
            [Tue Feb  3 04:05:06 UTC 2026] Verifying: a.example\n\
            [Tue Feb  3 04:05:09 UTC 2026] \u{1b}[1;32mCert success.\u{1b}[0m\n\
            -----BEGIN CERTIFICATE-----\n\
            Creating/renewal b.example certificates... (b.example)\n\
            [Tue Feb  3 04:05:10 UTC 2026] Skipping. Next renewal time is: 2026-04-01\n\
            Creating/renewal c.example certificates... (c.example,d.example)\n\
            [Tue Feb  3 04:05:12 UTC 2026] d.example: Invalid status. Verification error details: \
            203.0.113.7: Fetching http://d.example/x: Timeout during connect (likely firewall problem)\n\
            Sleep for 3600s\n";
        let events = read(log.lines());
        let words: Vec<String> =
            events.iter().map(|it| format!("{} {:?}", it.names.join("+"), it.what)).collect();
        assert_eq!(
            words,
            [
                "a.example+www.a.example Begun",
                "a.example+www.a.example Issued",
                "b.example Begun",
                "b.example NotDue",
                "c.example+d.example Begun",
                "d.example Failed(ConnectTimedOut)",
                " Resting",
            ]
        );
    }

    #[test]
    fn the_authority_s_words_become_causes() {
        let said = |words: &str| {
            cause(&format!("a.example: Invalid status. Verification error details: {words}"))
        };
        let dns = |problem: &str| Cause::Dns { problem: problem.to_owned() };
        let rows = [
            (
                "Fetching http://a/x: Timeout during read (your server may be slow)",
                Cause::ReadTimedOut,
            ),
            ("Fetching http://a/x: Connection refused", Cause::ConnectionRefused),
            ("Fetching http://a/x: Connection reset by peer", Cause::ConnectionReset),
            ("Fetching http://a/x: Network unreachable", Cause::NetworkUnreachable),
            (
                "203.0.113.7: Invalid response from http://a/x: 404",
                Cause::WrongAnswer { status: Some(404) },
            ),
            ("Fetching https://a/x: Redirect loop detected", Cause::BadRedirect),
            ("Fetching https://a/x: Too many redirects", Cause::BadRedirect),
            ("DNS problem: NXDOMAIN looking up A for a.example", dns("NXDOMAIN")),
            ("DNS problem: SERVFAIL looking up CAA for a.example", dns("SERVFAIL")),
            ("DNS problem: query timed out looking up A for a.example", dns("query timed out")),
            ("no valid A records found for a.example", Cause::NoAddress),
            ("CAA record for a.example prevents issuance", Cause::CaaForbids),
            (
                "During secondary validation: 203.0.113.7: Connection refused",
                Cause::ConnectionRefused,
            ),
            ("the moon is full", Cause::Other { text: "the moon is full".to_owned() }),
        ];
        for (words, expected) in rows {
            assert_eq!(said(words), expected, "{words}");
        }
    }

    #[test]
    fn limits_say_when_they_end() {
        let line = "Error creating new order. Le_OrderFinalize not found. {\"type\":\
            \"urn:ietf:params:acme:error:rateLimited\",\"detail\":\"too many failed authorizations \
            (5) for \\\"a.example\\\" in the last 1h0m0s, retry after 2026-02-03 05:00:00 UTC: see \
            https://letsencrypt.org/docs\"}";
        let expected = Cause::RateLimited {
            limit: RateLimit::FailedAttempts,
            retry_after: Some("2026-02-03 05:00:00 UTC".to_owned()),
        };
        assert_eq!(cause(line), expected);
        let line = "too many certificates (5) already issued for this exact set of identifiers";
        assert!(matches!(
            Cause::read(line),
            Cause::RateLimited { limit: RateLimit::SameNames, retry_after: None }
        ));
        let line = "The retryafter=86400 value is too large (> 600), will not retry anymore.";
        assert!(matches!(cause(line), Cause::RateLimited { retry_after: Some(_), .. }));
    }

    #[test]
    fn what_keeps_the_companion_from_trying_is_about_every_name() {
        let rows = [
            ("Error: no ACME account was found or registered for x", Cause::NoAccount),
            ("Error: can't get nginx-proxy container ID !", Cause::ProxyNotFound),
            ("Error: nginx-proxy container nginx-proxy isn't running.", Cause::ProxyNotFound),
            (
                "Warning: can't access or write to '/usr/share/nginx/html' directory.",
                Cause::ChallengesNotWritable,
            ),
            ("wildcard certificates (*.a) can't be obtained with HTTP-01", Cause::Wildcard),
        ];
        for (line, expected) in rows {
            let events = read([line]);
            assert_eq!(
                events,
                [Event { names: Vec::new(), what: What::Failed(expected) }],
                "{line}"
            );
        }
    }

    #[test]
    fn no_line_panics() {
        let long = "é".repeat(10_000);
        let lines = [
            long.as_str(),
            "[",
            "\u{1b}[",
            "\u{1b}[1",
            "[x] ",
            ":Verify error:",
            "Creating/renewal ",
        ];
        assert!(read(lines).len() <= lines.len());
    }
}
