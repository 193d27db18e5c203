//! The certificate authority's rate limits, read from its messages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The maximum length of a time or a window that is kept.
const SPAN_CHARS_MAX: usize = 40;

/// A rate limit of the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimit {
    /// Failed attempts for one name: five in an hour.
    FailedAttempts,
    /// Certificates for the same names: five in a week.
    SameNames,
    /// Certificates for the names of one registered domain: fifty in a week.
    SameDomain,
    /// Orders of one account: three hundred in three hours.
    Orders,
    /// New accounts from one address: ten in three hours.
    Accounts,
    /// The authority stopped issuing for a name that has failed for months.
    Paused,
    /// The authority is overloaded.
    Busy,
    /// Another limit.
    Other,
}

/// Words in the authority's messages of the last years, the most specific first.
const WORDS: [(&str, RateLimit); 12] = [
    ("temporarily prevented from requesting", RateLimit::Paused),
    ("too many failed authorizations", RateLimit::FailedAttempts),
    ("exact set of", RateLimit::SameNames),
    ("too many certificates", RateLimit::SameDomain),
    ("too many new orders", RateLimit::Orders),
    ("too many new registrations", RateLimit::Accounts),
    ("too many registrations", RateLimit::Accounts),
    ("service busy", RateLimit::Busy),
    ("too many currently pending authorizations", RateLimit::Other),
    ("will not retry anymore", RateLimit::Other),
    ("rate limit for ", RateLimit::Other),
    ("error:ratelimited", RateLimit::Other),
];

impl RateLimit {
    /// The limit that a message is about, if it is about one.
    pub(super) fn of(lower: &str) -> Option<Self> {
        WORDS.iter().find(|(words, _)| lower.contains(words)).map(|(_, limit)| *limit)
    }

    /// The window that the authority documents, for messages that do not have it.
    fn usual_window(self) -> Option<&'static str> {
        match self {
            Self::FailedAttempts => Some("hour"),
            Self::SameNames | Self::SameDomain => Some("7 days"),
            Self::Orders | Self::Accounts => Some("3 hours"),
            Self::Paused | Self::Busy | Self::Other => None,
        }
    }

    /// Writes the limit, its window and the time of the next permitted attempt.
    pub(super) fn write(
        self,
        f: &mut fmt::Formatter<'_>,
        window: Option<&str>,
        retry_after: Option<&str>,
    ) -> fmt::Result {
        f.write_str(match self {
            Self::FailedAttempts => "too many attempts for this name have failed",
            Self::SameNames => "too many certificates for the same names were issued",
            Self::SameDomain => "too many certificates for this domain were issued",
            Self::Orders => "too many certificates were ordered by this account",
            Self::Accounts => "too many accounts were made from this address",
            Self::Paused => {
                "the certificate authority has stopped issuing for this name, because its \
                 certificates failed for a long time"
            }
            Self::Busy => "the certificate authority is overloaded",
            Self::Other => "a rate limit of the certificate authority is exceeded",
        })?;
        if let Some(window) = window.or_else(|| self.usual_window()) {
            write!(f, " in the last {window}")?;
        }
        match retry_after {
            Some(time) => write!(f, "; not before {time}"),
            None => Ok(()),
        }
    }
}

/// The window of a limit in words: `168h0m0s` is `7 days`.
pub(super) fn window(lower: &str) -> Option<String> {
    let (_, rest) = lower.split_once("in the last ")?;
    let span = rest.split([',', ':', '"', '\\']).next().unwrap_or(rest).trim();
    let hours = span.strip_suffix("h0m0s").or_else(|| span.strip_suffix(" hours"));
    match hours.and_then(|it| it.parse::<u32>().ok()) {
        Some(1) => Some("hour".to_owned()),
        Some(hours) if hours >= 48 && hours % 24 == 0 => Some(format!("{} days", hours / 24)),
        Some(hours) => Some(format!("{hours} hours")),
        None => Some(span.chars().take(SPAN_CHARS_MAX).collect()),
    }
    .filter(|it: &String| !it.is_empty())
}

/// The time of the next permitted attempt, as the authority writes it:
/// `retry after 2026-02-03 04:05:06 UTC: see https://…`.
pub(super) fn retry_after(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if let Some((_, seconds)) = lower.split_once("retryafter=") {
        // acme.sh's own words, with the header that the authority sent.
        let seconds: u64 = seconds.split(' ').next()?.parse().ok()?;
        return Some(match seconds.div_ceil(3600) {
            1 => "an hour after that attempt".to_owned(),
            hours => format!("{hours} hours after that attempt"),
        });
    }
    let at = lower.find("retry after ")? + "retry after ".len();
    let rest = &text[at..];
    let end = rest.find(": ").or_else(|| rest.find(['"', '}', '\\'])).unwrap_or(rest.len());
    let time: String = rest[..end].trim().chars().take(SPAN_CHARS_MAX).collect();
    Some(time).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::issuance::Cause;

    #[test]
    fn a_limit_says_which_in_what_time_and_until_when() {
        let rows = [
            (
                r#"too many failed authorizations (5) for \"a.example\" in the last 1h0m0s, retry after 2026-02-03 05:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/#authorization-failures-per-hostname-per-account"#,
                "too many attempts for this name have failed in the last hour; not before \
                 2026-02-03 05:00:00 UTC",
            ),
            (
                "too many certificates (5) already issued for this exact set of identifiers in \
                 the last 168h0m0s, retry after 2026-02-03 05:00:00 UTC: see https://x",
                "too many certificates for the same names were issued in the last 7 days; not \
                 before 2026-02-03 05:00:00 UTC",
            ),
            (
                "Error creating new order :: too many certificates (5) already issued for this \
                 exact set of domains in the last 168 hours: a.example,www.a.example, retry after \
                 2024-06-07T21:01:50Z: see https://letsencrypt.org/docs/duplicate-certificate-limit/",
                "too many certificates for the same names were issued in the last 7 days; not \
                 before 2024-06-07T21:01:50Z",
            ),
            (
                r#"too many certificates (50) already issued for \"a.example\" in the last 168h0m0s, retry after 2026-02-03 05:00:00 UTC: see https://x"#,
                "too many certificates for this domain were issued in the last 7 days; not before \
                 2026-02-03 05:00:00 UTC",
            ),
            (
                "too many new registrations (10) from this IP address in the last 3h0m0s, retry \
                 after 2024-10-22 09:58:19 UTC: see https://x",
                "too many accounts were made from this address in the last 3 hours; not before \
                 2024-10-22 09:58:19 UTC",
            ),
            (
                "Error creating new order :: too many failed authorizations recently: see https://x",
                "too many attempts for this name have failed in the last hour",
            ),
            ("Service busy; retry later.", "the certificate authority is overloaded"),
            (
                "The retryafter=86400 value is too large (> 600), will not retry anymore.",
                "a rate limit of the certificate authority is exceeded; not before 24 hours after \
                 that attempt",
            ),
            (
                "Your account is temporarily prevented from requesting certificates for a.example \
                 and possibly others.",
                "the certificate authority has stopped issuing for this name, because its \
                 certificates failed for a long time",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(Cause::read(text).to_string(), expected, "{text}");
        }
    }
}
