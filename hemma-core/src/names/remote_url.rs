//! The address of a git repository. Its credential, if it has one, is never shown.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::secret::HIDDEN;
use crate::{Classified, ErrorClass, OperatorError, Secret};

/// A git remote: `https://…`, `ssh://…`, `git://…`, `user@host:path`, or an absolute path on the host.
///
/// A name and a password before an http host (`https://user:TOKEN@host/x.git`) are split off when
/// the text is read. The value is displayed as `https://[hidden]@host/x.git`,
/// [`address`](RemoteUrl::address) is without them, and only [`credential`](RemoteUrl::credential)
/// returns them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RemoteUrl {
    address: String,
    credential: Option<Secret>,
}

/// Why a text is not a valid git remote. It shows no credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} cannot be a git remote: {reason}")]
pub struct RemoteError {
    text: String,
    reason: &'static str,
}

impl OperatorError for RemoteError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}

const FORMS: &str = "write https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH, git://HOST/PATH \
                     or an absolute path on the host";

impl RemoteUrl {
    /// The address without a credential: for command lines, for `.git/config`, and for comparing.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address with its credential, as a line of git's credential store; `None` without a
    /// credential.
    pub fn credential(&self) -> Option<Secret> {
        let credential = self.credential.as_ref()?;
        let (scheme, rest) = self.address.split_once("://")?;
        // The store skips a line without a password; an empty password counts as one.
        let colon = if credential.reveal().contains(':') { "" } else { ":" };
        Some(Secret::new(format!("{scheme}://{}{colon}@{rest}", credential.reveal())))
    }

    /// Whether both are the same repository: a credential, a trailing slash and `.git` do not
    /// matter.
    pub fn is_same_repository(&self, other: &Self) -> bool {
        let bare = |it: &Self| it.address.trim_end_matches('/').trim_end_matches(".git").to_owned();
        bare(self) == bare(other)
    }
}

impl FromStr for RemoteUrl {
    type Err = RemoteError;

    fn from_str(text: &str) -> Result<Self, RemoteError> {
        read(text).map_err(|reason| RemoteError { text: shown(text), reason })
    }
}

/// The text for a message; hidden if a part of it could be a credential.
fn shown(text: &str) -> String {
    if text.contains(['@', '?', '#']) {
        return "this value".to_owned();
    }
    let short: String = text.escape_debug().take(120).collect();
    format!("`{short}`")
}

fn read(text: &str) -> Result<RemoteUrl, &'static str> {
    if text.is_empty() {
        return Err("it is empty; leave the line out where the host has the checkout already");
    }
    if text.len() > 2000 {
        return Err("it is longer than 2000 bytes");
    }
    if text.chars().any(char::is_control) {
        return Err("it holds a control character");
    }
    if text.trim() != text {
        return Err("there is a space before or after it");
    }
    if text.starts_with('-') {
        return Err("git would read it as an option");
    }
    if text.contains('\\') {
        return Err("it holds a backslash; the parts of a path are separated by /");
    }
    if text.starts_with('/') {
        return path_on_host(text);
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return url(&scheme.to_ascii_lowercase(), rest);
    }
    if text.contains("::") && !text.contains('[') {
        return Err("remote helpers such as ext:: run commands and are not allowed");
    }
    login_and_path(text)
}

fn path_on_host(text: &str) -> Result<RemoteUrl, &'static str> {
    if text.trim_matches('/').is_empty() {
        return Err("the path of the repository is missing");
    }
    Ok(plain(text))
}

fn plain(address: &str) -> RemoteUrl {
    RemoteUrl { address: address.to_owned(), credential: None }
}

fn url(scheme: &str, rest: &str) -> Result<RemoteUrl, &'static str> {
    let is_http = matches!(scheme, "http" | "https");
    if !is_http && !matches!(scheme, "ssh" | "git" | "file" | "git+ssh" | "ssh+git") {
        return Err(FORMS);
    }
    if rest.contains(char::is_whitespace) {
        return Err("a space in it is written as %20");
    }
    if rest.contains('#') {
        return Err("it ends with a fragment (`#…`), which is not part of a repository's address");
    }
    if rest.contains('?') {
        return Err("it has a query (`?…`), which git cannot use; a token goes before the host: \
                    https://USER:TOKEN@HOST/PATH");
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if path.trim_matches('/').is_empty() {
        return Err("the path of the repository is missing");
    }
    if scheme == "file" {
        let local = authority.is_empty() || authority == "localhost";
        return local
            .then(|| plain(&format!("file:///{path}")))
            .ok_or("a file is on the host itself: write file:///PATH, or the path alone");
    }
    let (login, host) = match authority.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, authority),
    };
    check_host_and_port(host)?;
    let host = host.to_ascii_lowercase();
    match login {
        Some(login) if is_http => {
            let credential = Some(Secret::new(check_credential(login)?));
            Ok(RemoteUrl { address: format!("{scheme}://{host}/{path}"), credential })
        }
        Some(_) if scheme == "git" => Err("git:// has no login; use https:// or ssh://"),
        Some(login) => {
            check_user(login)?;
            Ok(plain(&format!("{scheme}://{login}@{host}/{path}")))
        }
        None => Ok(plain(&format!("{scheme}://{host}/{path}"))),
    }
}

fn check_host_and_port(text: &str) -> Result<(), &'static str> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']').ok_or("`[` is not closed by `]`")?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| "there is no IPv6 address in [ ]")?;
        // Without its colon it is not a port.
        let port = (!behind.is_empty()).then(|| behind.strip_prefix(':').unwrap_or("x"));
        (host, port)
    } else {
        let (host, port) = text.split_once(':').map_or((text, None), |it| (it.0, Some(it.1)));
        check_host(host)?;
        (host, port)
    };
    if host.is_empty() {
        return Err("the host is missing");
    }
    let number = |it: &str| {
        it.bytes().all(|it| it.is_ascii_digit()) && it.parse::<u16>().is_ok_and(|it| it > 0)
    };
    if port.is_some_and(|it| !number(it)) {
        return Err("after the colon a port is needed, 1 to 65535; in a password, / and : and @ \
                    are written as %2F, %3A and %40");
    }
    Ok(())
}

fn check_host(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("the host is missing");
    }
    if text.starts_with('-') {
        return Err("ssh would read the host as an option");
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || ".-_".contains(it);
    text.chars().all(taken).then_some(()).ok_or("the host may have only letters, digits and . - _")
}

fn check_user(text: &str) -> Result<(), &'static str> {
    if text.contains(':') {
        return Err("ssh takes no password in an address; use a key");
    }
    if text.starts_with('-') {
        return Err("ssh would read the user as an option");
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || ".-_+%".contains(it);
    let taken = !text.is_empty() && text.chars().all(taken);
    taken.then_some(()).ok_or("the user may have only letters, digits and . - _ +")
}

/// Checks that nothing in a credential ends the line in git's credential store.
fn check_credential(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text == ":" {
        return Err("the credential in front of the host is empty");
    }
    if text.contains(['@', '/']) {
        return Err("in a user name or password, / and @ are written as %2F and %40");
    }
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('%') {
        let code = behind.get(..2).and_then(|it| u8::from_str_radix(it, 16).ok());
        match code {
            None => return Err("a % in a user name or password is written as %25"),
            Some(code) if code < 32 || code == 127 => {
                return Err("the credential in front of the host holds a control character");
            }
            Some(_) => rest = behind.get(2..).unwrap_or_default(),
        }
    }
    Ok(text.to_owned())
}

/// `user@host:path`, as scp writes it.
fn login_and_path(text: &str) -> Result<RemoteUrl, &'static str> {
    let (front, path) = split_scp(text).ok_or(FORMS)?;
    let host = match front.split_once('@') {
        Some((user, host)) => {
            check_user(user)?;
            host
        }
        None => front,
    };
    match host.strip_prefix('[') {
        Some(_) => check_host_and_port(host)?,
        None => check_host(host)?,
    }
    if path.contains('@') {
        return Err("it looks like a credential without https:// in front of it");
    }
    if path.starts_with('-') {
        return Err("git would read the path as an option");
    }
    if path.trim_matches('/').is_empty() {
        return Err("the path of the repository is missing");
    }
    if path.contains(char::is_whitespace) {
        return Err("it holds a space");
    }
    Ok(plain(text))
}

/// Splits `host:path`. git reads it as a path if a slash comes before the colon.
fn split_scp(text: &str) -> Option<(&str, &str)> {
    let at = match text.find("]:") {
        Some(at) => at + 1,
        None => text.find(':')?,
    };
    let (front, path) = (&text[..at], &text[at + 1..]);
    (!front.contains('/')).then_some((front, path))
}

impl TryFrom<String> for RemoteUrl {
    type Error = RemoteError;

    fn try_from(text: String) -> Result<Self, RemoteError> {
        text.parse()
    }
}

impl From<RemoteUrl> for String {
    fn from(remote: RemoteUrl) -> Self {
        remote.to_string()
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.credential, self.address.split_once("://")) {
            (Some(_), Some((scheme, rest))) => write!(f, "{scheme}://{HIDDEN}@{rest}"),
            _ => f.write_str(&self.address),
        }
    }
}

impl fmt::Debug for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteUrl({self})")
    }
}

impl std::hash::Hash for RemoteUrl {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.address.hash(state);
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for RemoteUrl {
    fn schema_name() -> Cow<'static, str> {
        "RemoteUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests;
