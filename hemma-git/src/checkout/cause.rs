//! Explains why git failed, and what to do next.
//!
//! git's last line is often advice ("and the repository exists."), and the cause may be in a
//! message of ssh, curl or the git server after the `fatal:` line. Known causes have one wording,
//! independent of their source; otherwise git's own line is shown, without a credential.

mod known;

use hemma_core::names::{BranchName, CheckoutPath, RemoteUrl};
use hemma_core::storage;
use hemma_core::text::plain;
use hemma_core::{Command, Hint, Host, quote, quote_path, without_credentials};

use super::CheckoutSpec;
use known::{KNOWN, Known, Next};

/// The maximum length of a message of git.
const SAID_CHARS_MAX: usize = 300;

/// Why git failed, read from its standard error.
pub fn of(stderr: &str) -> String {
    let clean = without_credentials(stderr);
    let lines: Vec<&str> = clean.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    if let Some(line) = lines.iter().find(|it| is_ours(it)) {
        return plain(line.trim_start_matches("hemma: "), SAID_CHARS_MAX);
    }
    match KNOWN.iter().find_map(|it| Some((it, it.line_in(&lines)?))) {
        Some((known, line)) => plain(&known.words_for(line, &lines), SAID_CHARS_MAX),
        None => plain(telling(&lines), SAID_CHARS_MAX),
    }
}

/// Whether a line comes from hemma's own scripts, which name the cause already.
fn is_ours(line: &str) -> bool {
    line.starts_with("nothing can be written in ")
        || line.contains(" is in the way: a git is at work there")
        || line.starts_with("hemma: ")
}

/// git's own line: the first one that reports a failure.
fn telling<'t>(lines: &[&'t str]) -> &'t str {
    let begins = |word: &str| lines.iter().find_map(|it| it.strip_prefix(word)).map(str::trim);
    let noise = ["warning:", "hint:", "**", "@@@", "remote:", "Cloning into", "Updating files:"];
    let last = || lines.iter().rev().find(|it| !noise.iter().any(|noise| it.starts_with(noise)));
    begins("fatal:")
        .or_else(|| begins("error:"))
        .or_else(|| last().copied())
        .unwrap_or("git printed nothing")
}

/// The command of git that failed, for the hints.
pub(super) struct Site<'s> {
    pub(super) host: &'s Host,
    pub(super) checkout: &'s CheckoutPath,
    pub(super) remote: Option<&'s RemoteUrl>,
    pub(super) branch: &'s BranchName,
}

impl<'s> From<&'s CheckoutSpec> for Site<'s> {
    fn from(spec: &'s CheckoutSpec) -> Self {
        Self {
            host: &spec.host,
            checkout: &spec.checkout,
            remote: spec.remote.as_ref(),
            branch: &spec.branch,
        }
    }
}

/// The next thing to do about the cause that [`of`] returned.
pub(super) fn hint<'s>(site: impl Into<Site<'s>>, said: &str) -> Option<Hint> {
    let site = site.into();
    let known = KNOWN.iter().find(|it| said.starts_with(it.words));
    known.and_then(|it| it.next(&site, said)).or_else(|| storage::hint(site.host, said))
}

/// A local command line that runs `line` on the host.
pub(super) fn on_host(spec: &CheckoutSpec, line: &str) -> String {
    Site::from(spec).on_host(line)
}

/// A local command line that runs git in the checkout.
pub(super) fn in_checkout(spec: &CheckoutSpec, args: &[&str]) -> String {
    Site::from(spec).in_checkout(args)
}

impl Site<'_> {
    fn on_host(&self, line: &str) -> String {
        self.host.line(line)
    }

    fn in_checkout(&self, args: &[&str]) -> String {
        let words: Vec<String> = args.iter().map(|it| quote(it)).collect();
        self.on_host(&format!("git -C {} {}", quote_path(self.checkout.as_str()), words.join(" ")))
    }
}

impl Known {
    /// The line that contains one of the signs.
    fn line_in<'t>(&self, lines: &[&'t str]) -> Option<&'t str> {
        let has = |line: &&&str| {
            let lower = line.to_ascii_lowercase();
            self.signs.iter().any(|it| lower.contains(it))
        };
        lines.iter().find(has).copied()
    }

    /// The wording of the cause, with the details from the line.
    fn words_for(&self, line: &str, lines: &[&str]) -> String {
        match self.detail {
            known::Detail::None => self.words.to_owned(),
            known::Detail::Line => format!("{}: {}", self.words, bare(line)),
            known::Detail::Quoted => match quoted(line) {
                Some(it) => format!("{} {it}", self.words),
                None => self.words.to_owned(),
            },
            known::Detail::Behind(sign) => {
                let at = line.to_ascii_lowercase().find(sign).map(|it| it + sign.len());
                let detail = line[at.unwrap_or(line.len())..].trim().trim_end_matches('.');
                if detail.is_empty() {
                    self.words.to_owned()
                } else {
                    format!("{}: {detail}", self.words)
                }
            }
            known::Detail::FilesBelow => {
                let below = lines.iter().skip_while(|it| **it != line).skip(1);
                let names: Vec<&str> = below
                    .take_while(|it| {
                        !it.starts_with("Please")
                            && !it.starts_with("Aborting")
                            && !it.contains(": ")
                    })
                    .copied()
                    .collect();
                if names.is_empty() {
                    format!("{}: {}", self.words, bare(line))
                } else {
                    format!("{}: {}", self.words, names.join(", "))
                }
            }
        }
    }

    fn next(&self, site: &Site<'_>, said: &str) -> Option<Hint> {
        let remote = site.remote.map(|it| it.address().to_owned());
        let server = remote.as_deref().map_or("the git server", server_of);
        Some(match self.next {
            Next::Nothing => return None,
            Next::Do(text) => Hint::Do(text.to_owned()),
            Next::InCheckout(args) => Hint::Run(site.in_checkout(args)),
            Next::TrustDirectory => {
                let dir = said.rsplit(' ').next().filter(|it| it.starts_with('/'))?;
                let args = ["config", "--global", "--add", "safe.directory", dir];
                Hint::Run(site.on_host(&Command::new("git").args(args).to_string()))
            }
            Next::MeetServer => {
                let login = login_of(remote.as_deref()).unwrap_or_else(|| server.to_owned());
                let line = Command::new("ssh").args(["-T", &login]).to_string();
                Hint::Run(site.on_host(&line).replacen("ssh ", "ssh -t ", 1))
            }
            Next::ForgetServer => {
                let line = Command::new("ssh-keygen").args(["-R", server]).to_string();
                let line = site.on_host(&line);
                Hint::Do(format!(
                    "compare the new key with what {server} publishes; then run `{line}` and \
                     accept the new key"
                ))
            }
            Next::DeployKey => {
                let line = site.on_host("cat ~/.ssh/*.pub");
                Hint::Do(format!(
                    "register a public key of the host (`{line}`) at {server} as a read-only \
                     deploy key"
                ))
            }
            Next::LookOnHost => {
                let branch = format!("refs/heads/{}", site.branch);
                let address = remote.as_deref().unwrap_or("origin");
                let args = ["ls-remote", "--", address, &branch];
                match remote {
                    Some(_) => Hint::Run(site.on_host(&Command::new("git").args(args).to_string())),
                    None => Hint::Run(site.in_checkout(&args)),
                }
            }
        })
    }
}

/// A line without its prefix, such as `fatal:`.
fn bare(line: &str) -> &str {
    let line = line.trim();
    ["fatal:", "error:", "remote:", "ssh:"]
        .iter()
        .find_map(|it| line.strip_prefix(it))
        .map_or(line, str::trim)
}

/// The text in the last quotes.
fn quoted(line: &str) -> Option<&str> {
    let line = line.trim_end_matches(|it: char| it != '\'');
    let (_, text) = line.strip_suffix('\'')?.rsplit_once('\'')?;
    Some(text)
}

/// The host of an address.
fn server_of(address: &str) -> &str {
    let behind = address.split_once("://").map_or(address, |it| it.1);
    let behind = behind.split_once('@').map_or(behind, |it| it.1);
    let end = behind.find(['/', ':']).unwrap_or(behind.len());
    if behind[..end].is_empty() { "the git server" } else { &behind[..end] }
}

/// The login of an ssh address, in the form that ssh takes.
fn login_of(address: Option<&str>) -> Option<String> {
    let address = address?;
    if let Some(("ssh" | "git+ssh" | "ssh+git", rest)) = address.split_once("://") {
        let login = rest.split_once('/').map_or(rest, |it| it.0);
        return Some(format!("ssh://{login}"));
    }
    let (login, _) = address.split_once(':').filter(|it| !it.1.starts_with("//"))?;
    Some(login.to_owned())
}

#[cfg(test)]
mod tests;
