//! The reasons why ssh did not connect, read from its error output.

use serde::{Deserialize, Serialize};

use crate::{Hint, Host, Remedy};

/// Why ssh did not connect. Each variant carries ssh's own message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ConnectError {
    /// The host is neither an alias in the ssh configuration nor a name that resolves.
    #[error("no alias in the ssh configuration and no name that resolves: {said}")]
    UnknownHost {
        /// ssh's message.
        said: String,
    },
    /// The connection was refused.
    #[error("the host refused the connection: {said}")]
    Refused {
        /// ssh's message.
        said: String,
    },
    /// No route leads from this machine to the host's address.
    #[error("the host's address cannot be reached from this machine: {said}")]
    NoRoute {
        /// ssh's message.
        said: String,
    },
    /// The connection was closed before the login.
    #[error("the connection was closed before the login: {said}")]
    ClosedEarly {
        /// ssh's message.
        said: String,
    },
    /// Another program than sshd answers at this port.
    #[error("what answers there is no sshd: {said}")]
    NotSsh {
        /// ssh's message.
        said: String,
    },
    /// No key of the host is known on this machine.
    #[error("the host's key is not known on this machine: {said}")]
    HostKeyUnknown {
        /// ssh's message.
        said: String,
    },
    /// The host's key differs from the known one.
    #[error("the host's key has changed: {said}")]
    HostKeyChanged {
        /// ssh's message.
        said: String,
        /// The command that forgets the known key, as ssh prints it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forget: Option<String>,
    },
    /// The host's key is not accepted for another reason.
    #[error("the host's key is not accepted: {said}")]
    HostKey {
        /// ssh's message.
        said: String,
    },
    /// The host accepts none of the operator's keys.
    #[error("public-key authentication failed: {said}")]
    KeyRefused {
        /// ssh's message.
        said: String,
    },
    /// The host closed the connection after too many keys, before the right one.
    #[error("the ssh agent offered too many keys before the right one: {said}")]
    TooManyKeys {
        /// ssh's message.
        said: String,
    },
    /// The operator's key cannot be used.
    #[error("ssh cannot use the key of this alias: {said}")]
    KeyUnusable {
        /// ssh's message.
        said: String,
    },
    /// The host accepts the login and allows no commands.
    #[error("sshd on the host allows no sessions: {said}")]
    NoSession {
        /// ssh's message.
        said: String,
    },
    /// The two sides have no algorithm in common.
    #[error("ssh and sshd have no algorithm in common: {said}")]
    NoAlgorithm {
        /// ssh's message.
        said: String,
    },
    /// The jump host or the proxy command failed.
    #[error("the way to the host (ProxyJump or ProxyCommand) failed: {said}")]
    Proxy {
        /// The message of the one that failed.
        said: String,
    },
    /// ssh cannot read its own configuration.
    #[error("ssh cannot use its configuration: {said}")]
    Configuration {
        /// ssh's message, with the file and the line.
        said: String,
    },
    /// The host did not answer in time.
    #[error("no answer in time: {said}")]
    TimedOut {
        /// ssh's message.
        said: String,
    },
    /// The program `ssh` is not installed on this machine.
    #[error("`ssh` could not be started on this machine: {said}")]
    NoSsh {
        /// The operating system's error.
        said: String,
    },
    /// The directory for the connection's socket could not be made.
    #[error("no directory for the connection could be made in /tmp of this machine: {said}")]
    NoSocket {
        /// The operating system's error.
        said: String,
    },
    /// Another reason.
    #[error("ssh did not connect: {said}")]
    Other {
        /// ssh's message.
        said: String,
    },
}

#[cfg(feature = "ssh")]
impl ConnectError {
    /// Reads the reason from what ssh wrote on its standard error.
    pub(crate) fn from_stderr(stderr: &str) -> Self {
        let lines: Vec<&str> = stderr.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        // ssh does not know the address behind a proxy.
        let is_through_proxy = lines.iter().any(|it| it.contains("UNKNOWN port 65535"));
        if is_through_proxy {
            let telling = |it: &&&str| !AFTER_PROXY.iter().any(|word| it.contains(word));
            let said = lines.iter().rfind(telling).map_or("it closed the connection", |it| *it);
            return Self::Proxy { said: said.to_owned() };
        }
        // The cause is near the end; a banner comes before it.
        let sorted = lines.iter().rev().find_map(|line| Self::from_line(line, stderr));
        sorted.unwrap_or_else(|| Self::Other { said: telling_line(&lines).to_owned() })
    }

    fn from_line(line: &str, stderr: &str) -> Option<Self> {
        let said = line.to_owned();
        let has = |words: &[&str]| words.iter().any(|it| line.contains(it));
        let within = |words: &str| stderr.lines().map(str::trim).find(|it| it.contains(words));
        Some(if has(&["Could not resolve hostname", "nodename nor servname"]) {
            Self::UnknownHost { said }
        } else if has(&["Host key verification failed", "host key is known", "HAS CHANGED"]) {
            Self::from_host_key(line, stderr)
        } else if has(&["Too many authentication failures"]) {
            Self::TooManyKeys { said }
        } else if has(&["Permission denied ("]) || line.ends_with("Permission denied") {
            match within("Load key").or_else(|| within("not accessible")) {
                Some(key) => Self::KeyUnusable { said: key.to_owned() },
                None => Self::KeyRefused { said },
            }
        } else if has(&["port", "ssh:"]) && has(&["Connection refused"]) {
            Self::Refused { said }
        } else if has(&["No route to host", "Network is unreachable", "Network is down"]) {
            Self::NoRoute { said }
        } else if has(&["timed out", "Timeout"]) {
            Self::TimedOut { said }
        } else if has(&["Unable to negotiate"]) {
            Self::NoAlgorithm { said }
        } else if has(&["open failed", "Session open refused"]) {
            Self::NoSession { said }
        } else if has(&["bad configuration options", "Bad owner or permissions", "Can't open user"])
        {
            let place = |it: &&str| it.contains(" line ") && !it.contains("terminating,");
            let place = stderr.lines().map(str::trim).find(place);
            Self::Configuration { said: place.map_or(said, str::to_owned) }
        } else if has(&["contains invalid characters", "invalid format"]) && has(&["banner"]) {
            Self::NotSsh { said }
        } else if has(&["kex_exchange_identification", "ssh_exchange_identification"])
            || (has(&["Connection closed by", "Connection reset by"]) && has(&[" port "]))
        {
            Self::ClosedEarly { said }
        } else {
            return None;
        })
    }

    fn from_host_key(line: &str, stderr: &str) -> Self {
        let find = |words: &str| stderr.lines().map(str::trim).find(|it| it.contains(words));
        let said = |line: Option<&str>, else_: &str| line.unwrap_or(else_).to_owned();
        if find("REMOTE HOST IDENTIFICATION HAS CHANGED").is_some() {
            let forget = stderr.lines().map(str::trim).find(|it| it.starts_with("ssh-keygen "));
            let said = said(find("Offending"), line);
            Self::HostKeyChanged { said, forget: forget.map(str::to_owned) }
        } else if let Some(revoked) = find("revoked") {
            Self::HostKey { said: revoked.to_owned() }
        } else if let Some(unknown) = find("host key is known") {
            Self::HostKeyUnknown { said: unknown.to_owned() }
        } else {
            Self::HostKey { said: line.to_owned() }
        }
    }
}

impl ConnectError {
    /// The next thing to do. Each command in it can be pasted.
    pub fn hint(&self, host: &Host) -> Hint {
        let verbose = || Hint::Run(format!("ssh {host} -v true"));
        let say = |text: String| Hint::Do(text);
        match self {
            Self::UnknownHost { .. } => Remedy::ConfigureHost.into(),
            Self::Refused { .. } | Self::TimedOut { .. } | Self::NoRoute { .. } => {
                say(format!("is the VPN up and sshd running? try `ssh {host} true` by hand"))
            }
            Self::ClosedEarly { .. } => say(format!(
                "wait a minute, then `ssh {host} true`: sshd (PerSourcePenalties, MaxStartups) or \
                 fail2ban refuses an address for a while after logins that failed"
            )),
            Self::NotSsh { .. } => say(format!(
                "set `HostName` and `Port` of {host} in ~/.ssh/config to those of its sshd"
            )),
            Self::HostKeyUnknown { .. } => say(format!(
                "run `ssh {host} -o StrictHostKeyChecking=ask true`: it shows the fingerprint; say \
                 yes if it is the one that {CONSOLE} prints on the host's console"
            )),
            Self::HostKeyChanged { forget, .. } => {
                let forget = forget.as_deref().unwrap_or("ssh-keygen -R NAME");
                say(format!(
                    "only if the host was installed again or its key replaced: compare with {CONSOLE} \
                     on the host's console, then `{forget}`, then \
                     `ssh {host} -o StrictHostKeyChecking=ask true`"
                ))
            }
            Self::HostKey { .. } => say(format!(
                "compare with {CONSOLE} on the host's console; `ssh {host} -v true` says which key is \
                 not accepted"
            )),
            Self::KeyRefused { .. } => say(format!(
                "`ssh {host} -v true` shows which keys are offered; one with a passphrase has to \
                 be in the agent (`ssh-add -l`)"
            )),
            Self::TooManyKeys { .. } => say(format!(
                "add `IdentityFile` and `IdentitiesOnly yes` to the entry of {host} in ~/.ssh/config"
            )),
            Self::KeyUnusable { .. } => say(
                "name an existing key with `IdentityFile`, and let no other user read it: `chmod \
                 600 FILE`"
                    .to_owned(),
            ),
            Self::NoSession { .. } => {
                say("raise `MaxSessions` in the host's /etc/ssh/sshd_config to 10".to_owned())
            }
            Self::Proxy { .. } => {
                say(format!("reach the host in between first: `ssh {host} -v true` names it"))
            }
            Self::Configuration { .. } => say("fix that line of the ssh configuration".to_owned()),
            Self::NoSsh { .. } => say("install the OpenSSH client".to_owned()),
            Self::NoSocket { .. } => Hint::Run("df -h /tmp; df -i /tmp; ls -ld /tmp".to_owned()),
            Self::NoAlgorithm { .. } | Self::Other { .. } => verbose(),
        }
    }
}

/// The command that shows the fingerprints of a host's own keys.
const CONSOLE: &str = "`for key in /etc/ssh/ssh_host_*.pub; do ssh-keygen -lf $key; done`";

/// Lines that ssh prints after any failure of a proxy.
#[cfg(feature = "ssh")]
const AFTER_PROXY: [&str; 4] = [
    "UNKNOWN port 65535",
    "kex_exchange_identification",
    "ssh_exchange_identification",
    "stdio forwarding failed",
];

/// The line with the cause: the last one that is not a banner or a warning.
#[cfg(feature = "ssh")]
fn telling_line<'l>(lines: &[&'l str]) -> &'l str {
    let is_warning = |it: &str| it.starts_with("Warning:") || it.starts_with("** WARNING:");
    let telling = |it: &&&str| !is_warning(it) && !it.chars().all(|it| it == '@');
    lines.iter().rfind(telling).copied().unwrap_or("it printed nothing")
}

#[cfg(all(test, feature = "ssh"))]
#[path = "connect_error_tests.rs"]
mod tests;
