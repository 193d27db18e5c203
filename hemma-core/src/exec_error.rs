//! Why the result of a command is not known.

use serde::{Deserialize, Serialize};

use crate::live::ConnectError;
use crate::{Classified, ErrorClass, Hint, Host, NotRecorded, OperatorError, Place, sudo};

/// Why the result of a command is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExecError {
    /// The connection to the host failed.
    #[error("could not reach {host}")]
    Connect {
        /// The host.
        host: Host,
        /// The reason.
        source: ConnectError,
    },
    /// The connection ended before the command did; it may or may not have run.
    #[error("the connection to {host} was lost while `{command}` ran")]
    Lost {
        /// The host.
        host: Host,
        /// The command line.
        command: String,
    },
    /// The change was not begun, because the guard of this run's changes refused it.
    #[error("this run no longer holds the lock on {host}, so `{command}` was not started: {said}")]
    LockLost {
        /// The host.
        host: Host,
        /// The command line.
        command: String,
        /// The guard's reason.
        said: String,
    },
    /// `sudo -n` refused.
    #[error("sudo on {on} refused `{command}`: {stderr}")]
    Sudo {
        /// The place where the command ran.
        on: Place,
        /// The command line.
        command: String,
        /// sudo's error output.
        stderr: String,
        /// The user that is logged in there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        login: Option<String>,
    },
    /// The host's login shell did not run the command.
    #[error("the login shell of {host} never ran `{command}`: {how}")]
    LoginShell {
        /// The host.
        host: Host,
        /// The command line.
        command: String,
        /// What the login shell did instead.
        how: String,
    },
    /// The command exceeded its time limit and was ended.
    #[error("`{command}` on {on} was ended after {seconds} s without finishing")]
    TimedOut {
        /// The place where it ran.
        on: Place,
        /// The command line.
        command: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// A signal ended the command.
    #[error("`{command}` on {on} was ended by a signal")]
    Signalled {
        /// The place where it ran.
        on: Place,
        /// The command line.
        command: String,
    },
    /// The command could not be started.
    #[error("could not start `{command}` on {on}: {reason}")]
    Start {
        /// The place where it should have run.
        on: Place,
        /// The command line.
        command: String,
        /// The operating system's error.
        reason: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

/// Without the result of a command, nothing is known about what it asked.
impl OperatorError for ExecError {
    fn classify(&self) -> Classified {
        let unknown = ErrorClass::Unknown;
        match self {
            Self::Connect { host, source } => unknown.with(source.hint(host)),
            Self::LoginShell { host, .. } => unknown.with(Hint::Do(format!(
                "see what it prints: `ssh {host} true`; then fix the profile of that login, give it \
                 another shell on the host (sudo chsh -s /bin/sh LOGIN), or log in as another user"
            ))),
            Self::Sudo { on: Place::On(host), login, .. } => {
                let line = sudo::allowing_line(login.as_deref().unwrap_or("LOGIN"));
                unknown.with(Hint::Do(format!(
                    "allow it on the host: run `ssh {host} -t sudo visudo -f /etc/sudoers.d/hemma`, \
                     and add the line `{line}` (docker alone would be as good as root, too)"
                )))
            }
            Self::Lost { host, .. }
            | Self::TimedOut { on: Place::On(host), .. }
            | Self::Signalled { on: Place::On(host), .. } => unknown.with(Hint::on(host, "true")),
            Self::Sudo { on: Place::Here, .. } => {
                unknown.without("no command of hemma's own is run with sudo on this machine")
            }
            Self::TimedOut { on: Place::Here, .. } | Self::Signalled { on: Place::Here, .. } => {
                unknown.without("the message has the command, which can be run by hand")
            }
            Self::Start { .. } => unknown.without("the system's words name what is missing"),
            Self::LockLost { .. } => {
                unknown.without("the rollout that lost the lock says what to do, and knows who has it")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}
