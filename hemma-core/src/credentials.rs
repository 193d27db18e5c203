//! Hides credentials in the output of other programs.
//!
//! git, Docker and Compose quote addresses, headers and settings with the password in them. Their
//! output goes through [`without_credentials`] before it is shown, journalled or recorded.

use crate::secret::HIDDEN;

/// Replaces each credential that has a known form by `[hidden]`: the login of an `http` address and
/// the password of any address (percent-encoded as well), the value of a header such as
/// `Authorization`, the value of a setting or query parameter whose name ends in `token`,
/// `password` or the like, and tokens with the known prefix of an issuer.
///
/// ```
/// let said = "fatal: unable to access 'https://olof:hunter2@git.example/x.git/': 403";
/// let shown = "fatal: unable to access 'https://[hidden]@git.example/x.git/': 403";
/// assert_eq!(hemma_core::without_credentials(said), shown);
/// ```
pub fn without_credentials(text: &str) -> String {
    let text = each_line(text, header);
    let text = addresses(&text, "://", "@", "/?#");
    let text = encoded_addresses(&text);
    let text = settings(&text);
    words(&text)
}

fn each_line(text: &str, hide: impl Fn(&str) -> String) -> String {
    text.split_inclusive('\n').map(hide).collect()
}

/// Beginnings of header lines: the rest of the line is a credential.
const HEADERS: [&str; 8] = [
    "proxy-authorization:",
    "authorization:",
    "private-token:",
    "job-token:",
    "x-api-key:",
    "x-auth-token:",
    "set-cookie:",
    "cookie:",
];

fn header(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let found = HEADERS.iter().filter_map(|it| lower.find(it).map(|at| at + it.len())).min();
    let Some(from) = found else { return line.to_owned() };
    let value = &line[from..];
    let end = value.find(['"', '\'', '\n', '\r']).unwrap_or(value.len());
    if value[..end].trim().is_empty() {
        return line.to_owned();
    }
    format!("{} {HIDDEN}{}", &line[..from], &value[end..])
}

/// The longest address that is looked at, so that a long line without spaces takes no longer than
/// others.
const ADDRESS_BYTES_MAX: usize = 2048;

/// The end of an address. A quote may be part of a password; it ends the address only if a word
/// could end behind it.
fn word_end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, it)) = chars.next() {
        let next = chars.peek().map(|it| it.1);
        let ends = |it: char| it.is_whitespace() || ":,.;)]}'\"".contains(it);
        match it {
            '"' | '<' | '>' | '`' => return at,
            '\'' if next.is_none_or(ends) => return at,
            it if it.is_whitespace() || it.is_control() || at > ADDRESS_BYTES_MAX => return at,
            _ => {}
        }
    }
    text.len()
}

fn addresses(text: &str, rule: &str, sign: &str, ends: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(rule) {
        let (front, behind) = rest.split_at(at + rule.len());
        out.push_str(front);
        let login = login_end(scheme_of(&front[..at]), &behind[..word_end(behind)], sign, ends);
        if let Some(end) = login {
            out.push_str(HIDDEN);
            rest = &behind[end..];
        } else {
            rest = behind;
        }
    }
    out + rest
}

fn scheme_of(front: &str) -> &str {
    let plain = |it: char| it.is_ascii_alphanumeric() || "+.-".contains(it);
    &front[front.trim_end_matches(plain).len()..]
}

/// The end of the login before a host, if the login has to be hidden.
fn login_end(scheme: &str, word: &str, sign: &str, ends: &str) -> Option<usize> {
    let authority = &word[..word.find(|it| ends.contains(it)).unwrap_or(word.len())];
    let at = if let Some(at) = authority.rfind(sign) {
        at
    } else {
        // A password with a slash in it: the text behind the colon is not a port.
        let (_, port) = authority.split_once(':').filter(|it| !it.0.starts_with('['))?;
        let is_port = port.bytes().all(|it| it.is_ascii_digit());
        word.rfind(sign).filter(|_| !is_port)?
    };
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (at > 0 && (is_http || word[..at].contains(':'))).then_some(at)
}

/// Hides the credentials of percent-encoded addresses, as a redirect or a proxy writes them.
fn encoded_addresses(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find("%3a%2f%2f") {
        let begin = from + at + "%3a%2f%2f".len();
        out.push_str(&text[from..begin]);
        let word = &lower[begin..begin + word_end(&text[begin..])];
        let authority =
            &word[..word.find("%2f").or_else(|| word.find(['/', '&'])).unwrap_or(word.len())];
        from = begin;
        if let Some(at) = authority.rfind("%40").filter(|it| *it > 0) {
            out.push_str(HIDDEN);
            from += at;
        }
    }
    out + &text[from..]
}

/// Endings of the names of settings whose values are credentials.
const NAMES: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "token",
    "secret",
    "secret_key",
    "secretkey",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "signature",
    "credential",
];

/// Hides values of `NAME=VALUE` in a query, on a line of its own, or among other words.
fn settings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('=') {
        let (front, behind) = rest.split_at(at + 1);
        out.push_str(front);
        rest = behind;
        let plain = |it: char| it.is_ascii_alphanumeric() || "_-.".contains(it);
        let name = &front[front[..at].trim_end_matches(plain).len()..at];
        let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
        if !NAMES.iter().any(|it| name.ends_with(it)) {
            continue;
        }
        let quote = behind.chars().next().filter(|it| matches!(it, '"' | '\''));
        let (begin, end) = if let Some(quote) = quote {
            (1, behind[1..].find(quote).map_or(behind.len(), |it| it + 1))
        } else {
            let ends = |it: char| it.is_whitespace() || "&;,\"'`<>)".contains(it);
            (0, behind.find(ends).unwrap_or(behind.len()))
        };
        if end > begin {
            out.push_str(&behind[..begin]);
            out.push_str(HIDDEN);
            rest = &behind[end..];
        }
    }
    out + rest
}

/// The prefixes of tokens, by issuer, with the minimum number of characters that follow.
const TOKENS: [(&str, usize); 24] = [
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("gldt-", 16),
    ("glrt-", 16),
    ("glcbt-", 16),
    ("glptt-", 16),
    ("gloas-", 16),
    ("ATATT3x", 20),
    ("ATCTT3x", 20),
    ("ATBB", 20),
    ("dckr_pat_", 16),
    ("dckr_oat_", 16),
    ("npm_", 30),
    ("pypi-", 40),
    ("hf_", 20),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("AKIA", 16),
    ("sk-", 20),
];

/// Hides tokens that are words of their own, and signed tokens of three parts (`eyJ….eyJ….…`).
fn words(text: &str) -> String {
    let inside = |it: char| it.is_ascii_alphanumeric() || "_-.".contains(it);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(inside) {
        out.push_str(&rest[..begin]);
        let word = &rest[begin..];
        let end = word.find(|it| !inside(it)).unwrap_or(word.len());
        out.push_str(if is_token(&word[..end]) { HIDDEN } else { &word[..end] });
        rest = &word[end..];
    }
    out + rest
}

fn is_token(word: &str) -> bool {
    let issued = |(begin, length): &(&str, usize)| {
        word.strip_prefix(begin).is_some_and(|it| it.len() >= *length)
    };
    let signed = || word.starts_with("eyJ") && word.matches('.').count() == 2 && word.len() > 30;
    TOKENS.iter().any(issued) || signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[(&str, &str)]) {
        for (said, shown) in rows {
            assert_eq!(without_credentials(said), *shown, "{said}");
            assert_eq!(without_credentials(shown), *shown, "what is hidden stays as it is");
        }
    }

    #[test]
    fn the_login_of_an_address_is_hidden_wherever_it_stands() {
        check(&[
            ("https://u:c4n4ry@h/x", "https://[hidden]@h/x"),
            ("https://c4n4ry@h/x", "https://[hidden]@h/x"),
            ("HTTPS://u:c4n4ry@h", "HTTPS://[hidden]@h"),
            ("'https://u:c4n4ry@h/x/': 403", "'https://[hidden]@h/x/': 403"),
            (
                "\"https://u:c4n4ry@h\",\"http://c4n4ry@g\"",
                "\"https://[hidden]@h\",\"http://[hidden]@g\"",
            ),
            (
                "a https://u:c4n4ry@h b http://u:c4n4ry@g:8/x",
                "a https://[hidden]@h b http://[hidden]@g:8/x",
            ),
            ("https://u:c4n@4ry@h/x", "https://[hidden]@h/x"),
            ("https://u:c4n/4ry@h/x", "https://[hidden]@h/x"),
            ("https://u:c4n'4ry@h/x", "https://[hidden]@h/x"),
            ("https://u:c4n%404ry@h/x", "https://[hidden]@h/x"),
            ("https://ü:c4n4ry€@h/x", "https://[hidden]@h/x"),
            ("postgres://app:c4n4ry@db:5432/app", "postgres://[hidden]@db:5432/app"),
            ("redis://:c4n4ry@redis:6379", "redis://[hidden]@redis:6379"),
            ("ssh://u:c4n4ry@h/x", "ssh://[hidden]@h/x"),
            ("git+https://u:c4n4ry@h/x", "git+https://[hidden]@h/x"),
            ("?next=https%3A%2F%2Fu%3Ac4n4ry%40h%2Fx", "?next=https%3A%2F%2F[hidden]%40h%2Fx"),
            ("https%3a%2f%2fc4n4ry%40h", "https%3a%2f%2f[hidden]%40h"),
            ("Password for 'https://c4n4ry@h': ", "Password for 'https://[hidden]@h': "),
            (
                "remote: https://u:c4n4ry@h\nfatal: https://u:c4n4ry@h\n",
                "remote: https://[hidden]@h\nfatal: https://[hidden]@h\n",
            ),
        ]);
    }

    #[test]
    fn what_is_no_login_stays() {
        let same = [
            "https://host/x.git",
            "ssh://git@host:22/x",
            "git@host:x.git",
            "https://registry.example/@scope/name@1.2",
            "https://host:8443/a@b",
            "https://[::1]:8443/a@b",
            "image@sha256:0123456789abcdef",
            "mail olof@example.org, see https://host",
            "postgres://app@db/app",
            "a = b, x=1, --mount=type=secret,id=x",
            "token is missing, no password",
            "sk-short ghp_short hf_x npm_config_cache",
            "Authorization:",
            "://@x https://@h",
            "services.api.environment.TOKEN",
        ];
        check(&same.map(|it| (it, it)));
    }

    #[test]
    fn headers_settings_and_tokens_are_hidden() {
        check(&[
            (
                "=> Send header: authorization: Basic c4n4ry==\nnext",
                "=> Send header: authorization: [hidden]\nnext",
            ),
            ("Proxy-Authorization: Bearer c4n4ry", "Proxy-Authorization: [hidden]"),
            (
                "curl -H 'PRIVATE-TOKEN: c4n4ry' https://h",
                "curl -H 'PRIVATE-TOKEN: [hidden]' https://h",
            ),
            ("Set-Cookie: session=c4n4ry; path=/", "Set-Cookie: [hidden]"),
            ("https://h/x?private_token=c4n4ry&a=b", "https://h/x?private_token=[hidden]&a=b"),
            ("https://h/x?a=b&access_token=c4n4ry'", "https://h/x?a=b&access_token=[hidden]'"),
            ("https://h/x?X-Amz-Signature=c4n4ry", "https://h/x?X-Amz-Signature=[hidden]"),
            ("username=u\npassword=c4n4ry\n", "username=u\npassword=[hidden]\n"),
            ("Step 3/7 : ENV DB_PASSWORD=c4n4ry", "Step 3/7 : ENV DB_PASSWORD=[hidden]"),
            ("--build-arg API_KEY='c4n 4ry' .", "--build-arg API_KEY='[hidden]' ."),
            ("token ghp_0123456789abcdefghijABCDEFGHIJ012345.", "token [hidden]"),
            ("(glpat-0123456789abcdefghij)", "([hidden])"),
            ("github_pat_11AAAAAAA0123456789abc_x", "[hidden]"),
            ("key sk-proj-0123456789abcdefghij", "key [hidden]"),
            ("eyJhbGciOiJI.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4", "[hidden]"),
        ]);
    }

    /// No input makes the function fail or take long.
    #[test]
    fn any_text_is_taken() {
        for text in
            ["", "=", "://", "%3a%2f%2f", "a://'", "\u{1b}://ü@", "é=password=é", "x'=\"", "token="]
        {
            let _ = without_credentials(text);
        }
        let long = "https://a:b=token=%3a%2f%2f".repeat(2_000);
        assert!(!without_credentials(&long).is_empty());
    }
}
