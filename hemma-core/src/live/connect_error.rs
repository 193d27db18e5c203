//! Why there is no connection: ssh's own words, sorted.

use serde::{Deserialize, Serialize};

/// Why ssh did not connect. Each carries what ssh itself said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ConnectError {
    /// Neither an alias in the ssh configuration nor a name that resolves.
    #[error("no alias in the ssh configuration and no name that resolves: {said}")]
    UnknownHost {
        /// ssh's words.
        said: String,
    },
    /// Nothing listens there.
    #[error("the host refused the connection: {said}")]
    Refused {
        /// ssh's words.
        said: String,
    },
    /// The host's key is not the known one, or none is known.
    #[error("the host's key is not the one that is known: {said}")]
    HostKey {
        /// ssh's words.
        said: String,
    },
    /// The host takes none of the operator's keys.
    #[error("the host took none of the keys that were offered: {said}")]
    KeyRefused {
        /// ssh's words.
        said: String,
    },
    /// No answer in time.
    #[error("no answer in time: {said}")]
    TimedOut {
        /// ssh's words.
        said: String,
    },
    /// There is no `ssh` on this machine.
    #[error("`ssh` could not be started on this machine: {said}")]
    NoSsh {
        /// The system's words.
        said: String,
    },
    /// Anything else.
    #[error("ssh did not connect: {said}")]
    Other {
        /// ssh's words.
        said: String,
    },
}

impl ConnectError {
    /// Sorts what ssh wrote on its standard error before it gave up.
    pub(crate) fn from_stderr(stderr: &str) -> Self {
        let said = telling_line(stderr);
        let has = |words: &[&str]| words.iter().any(|it| stderr.contains(it));
        if has(&["Could not resolve hostname", "nodename nor servname"]) {
            Self::UnknownHost { said }
        } else if has(&["Host key verification failed", "host key is known", "HAS CHANGED"]) {
            Self::HostKey { said }
        } else if has(&["Permission denied", "Too many authentication failures"]) {
            Self::KeyRefused { said }
        } else if has(&["Connection refused"]) {
            Self::Refused { said }
        } else if has(&["timed out", "Timeout"]) {
            Self::TimedOut { said }
        } else {
            Self::Other { said }
        }
    }

    /// The one thing to try next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::UnknownHost { .. } => {
                "add a `Host` entry to ~/.ssh/config, or name another with --host"
            }
            Self::Refused { .. } | Self::TimedOut { .. } => {
                "is the VPN up and sshd running? try `ssh` to the same alias by hand"
            }
            Self::HostKey { .. } => {
                "compare the host's key with its console; never accept a changed key unseen"
            }
            Self::KeyRefused { .. } => "load the right key: `ssh-add -l`, then `ssh -v` by hand",
            Self::NoSsh { .. } => "install the OpenSSH client",
            Self::Other { .. } => "try `ssh -v` to the same alias by hand",
        }
    }
}

/// ssh surrounds the cause with banners and warnings; the last line that is not one is it.
fn telling_line(stderr: &str) -> String {
    let telling = |it: &&str| {
        !it.is_empty() && !it.starts_with("Warning:") && !it.chars().all(|it| it == '@')
    };
    let last = stderr.lines().map(str::trim).rfind(telling);
    last.unwrap_or("it said nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_read_from_real_messages() {
        let rows = [
            (
                "ssh: Could not resolve hostname hemmma: Name or service not known\r\n",
                "UnknownHost",
            ),
            ("ssh: connect to host 127.0.0.1 port 22: Connection refused\r\n", "Refused"),
            (
                "@@@@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n\
                 Host key verification failed.\r\n",
                "HostKey",
            ),
            (
                "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict \
                 checking.\r\nHost key verification failed.\r\n",
                "HostKey",
            ),
            ("operator@127.0.0.1: Permission denied (publickey).\r\n", "KeyRefused"),
            ("ssh: connect to host 192.0.2.1 port 22: Connection timed out\r\n", "TimedOut"),
            ("kex_exchange_identification: Connection closed by remote host\r\n", "Other"),
            ("", "Other"),
        ];
        for (stderr, variant) in rows {
            let error = format!("{:?}", ConnectError::from_stderr(stderr));
            assert!(error.starts_with(variant), "{stderr:?} was read as {error}");
        }
    }
}
