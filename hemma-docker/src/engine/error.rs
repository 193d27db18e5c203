//! Why the engine's answer is not known.

use hemma_core::text::plain;
use hemma_core::{
    Classified, ErrorClass, ExecError, Hint, Host, NotRecorded, OperatorError, Place, sudo,
};
use serde::{Deserialize, Serialize};

/// The longest message that is shown as a cause.
const SAID_CHARS_MAX: usize = 400;

/// Why the engine's answer is not known. None of these errors means "it does not exist".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EngineError {
    /// The host has no ssh connection, or the connection was lost.
    #[error("could not reach the Docker engine on {host}")]
    Unreachable {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// sudo refused.
    #[error("sudo on {host} does not allow docker: {said}")]
    Sudo {
        /// The host.
        host: Host,
        /// sudo's message.
        said: String,
        /// The user that ssh logged in as.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        login: Option<String>,
    },
    /// The host has no `docker`.
    #[error("docker is not installed on {host}: {said}")]
    NotInstalled {
        /// The host.
        host: Host,
        /// The shell's message.
        said: String,
    },
    /// The host has `docker`, but the engine does not run.
    #[error("the Docker engine on {host} is not running: {said}")]
    NotRunning {
        /// The host.
        host: Host,
        /// docker's message.
        said: String,
    },
    /// The connection ended before the answer was complete.
    #[error("the connection to the Docker engine on {host} was lost: {said}")]
    Lost {
        /// The host.
        host: Host,
        /// The message of the other end, or how it ended.
        said: String,
    },
    /// The engine took longer than the limit.
    #[error("the Docker engine on {host} did not answer within {seconds} s")]
    TimedOut {
        /// The host.
        host: Host,
        /// The limit.
        seconds: u64,
    },
    /// The engine refused the request.
    #[error("the Docker engine on {host} refused ({status}): {said}")]
    Refused {
        /// The host.
        host: Host,
        /// The HTTP status.
        status: u16,
        /// The engine's message.
        said: String,
    },
    /// The engine's answer could not be read.
    #[error("the Docker engine on {host} gave an answer that cannot be read: {reason}")]
    Unreadable {
        /// The host.
        host: Host,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for EngineError {
    fn classify(&self) -> Classified {
        let unknown = ErrorClass::Unknown;
        let run = |host: &Host, line: &str| Hint::on(host, line);
        match self {
            Self::Unreachable { host, source } => {
                unknown.with(source.hint().unwrap_or_else(|| run(host, "true")))
            }
            Self::Sudo { host, said, login } => {
                let (on, command) = (Place::On(host.clone()), String::new());
                let (stderr, login) = (said.clone(), login.clone());
                ExecError::Sudo { on, command, stderr, login }.classify()
            }
            Self::NotInstalled { host, .. } => unknown
                .with(Hint::Do(format!("install Docker Engine and its Compose plugin on {host}"))),
            Self::NotRunning { host, .. } => {
                unknown.with(run(host, "sudo -n systemctl status docker"))
            }
            Self::Lost { host, .. }
            | Self::TimedOut { host, .. }
            | Self::Unreadable { host, .. } => unknown.with(run(host, "sudo -n docker version")),
            Self::Refused { .. } => unknown.without("the engine's own words say why"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl EngineError {
    pub(crate) fn refused(host: &Host, status: u16, message: &str) -> Self {
        Self::Refused { host: host.clone(), status, said: plain(message, SAID_CHARS_MAX) }
    }

    pub(crate) fn unreadable(host: &Host, reason: &str) -> Self {
        Self::Unreadable { host: host.clone(), reason: plain(reason, SAID_CHARS_MAX) }
    }

    pub(crate) fn lost(host: &Host, said: &str) -> Self {
        Self::Lost { host: host.clone(), said: plain(said, SAID_CHARS_MAX) }
    }

    /// The error for a command to the engine that did not start.
    pub(crate) fn not_begun(host: &Host, source: ExecError) -> Self {
        let host = host.clone();
        match source {
            ExecError::Sudo { stderr, login, .. } => {
                Self::Sudo { host, said: plain(&stderr, SAID_CHARS_MAX), login }
            }
            source => Self::Unreachable { host, source },
        }
    }

    /// Classifies what `sudo -n docker system dial-stdio` wrote to its standard error.
    pub(crate) fn from_words(host: &Host, stderr: &str) -> Self {
        let host = host.clone();
        let with = |words: &[&str]| {
            let telling = |it: &&str| words.iter().any(|word| it.contains(word));
            stderr.lines().find(telling).map(|it| plain(it, SAID_CHARS_MAX))
        };
        // The API's client prints the first message, `dial-stdio` itself the second.
        let no_engine = ["Cannot connect to the Docker daemon", "failed to open the raw stream"];
        if let Some(said) = with(&no_engine) {
            return Self::NotRunning { host, said };
        }
        if let Some(said) =
            with(&["docker: not found", "docker: command not found", "'docker': command not found"])
        {
            return Self::NotInstalled { host, said };
        }
        if let Some(said) = sudo::refusal(stderr) {
            return Self::Sudo { host, said: plain(said, SAID_CHARS_MAX), login: None };
        }
        let telling = |it: &&str| !it.trim().is_empty() && !sudo::is_remark(it);
        let last = stderr.lines().rfind(telling).unwrap_or("it printed nothing");
        Self::Lost { said: plain(last, SAID_CHARS_MAX), host }
    }

    /// The class and the advice for a change that failed with this error. A look that the engine
    /// refuses is unknown; a change that it refuses was certainly not made.
    pub fn classify_change(&self) -> Classified {
        match self {
            Self::Refused { .. } => self.classify().as_class(ErrorClass::NotAsPlanned),
            _ => self.classify(),
        }
    }

    /// The host whose engine was asked; `None` if a recording had no answer.
    pub fn host(&self) -> Option<&Host> {
        match self {
            Self::Unreachable { host, .. }
            | Self::Sudo { host, .. }
            | Self::NotInstalled { host, .. }
            | Self::NotRunning { host, .. }
            | Self::Lost { host, .. }
            | Self::TimedOut { host, .. }
            | Self::Refused { host, .. }
            | Self::Unreadable { host, .. } => Some(host),
            Self::NotRecorded(_) => None,
        }
    }

    /// Whether asking again in this run can help: an engine that is restarted comes back, an ssh
    /// connection that was lost does not.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NotRunning { .. }
            | Self::Lost { .. }
            | Self::TimedOut { .. }
            | Self::Refused { .. } => true,
            Self::Unreachable { .. }
            | Self::Sudo { .. }
            | Self::NotInstalled { .. }
            | Self::Unreadable { .. }
            | Self::NotRecorded(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_read_from_the_words_at_the_other_end() {
        let host: Host = "hemma".parse().expect("a plain word");
        let rows = [
            ("sudo: a password is required\n", "Sudo", "a password is required"),
            (
                "sudo-rs: interactive authentication is required\n",
                "Sudo",
                "interactive authentication is required",
            ),
            ("sh: 1: docker: not found\n", "NotInstalled", "sh: 1: docker: not found"),
            ("sudo: docker: command not found\n", "NotInstalled", "command not found"),
            ("sudo-rs: 'docker': command not found\n", "NotInstalled", "command not found"),
            (
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. \
                 Is the docker daemon running?\n",
                "NotRunning",
                "unix:///var/run/docker.sock",
            ),
            (
                "failed to open the raw stream connection: dial unix /var/run/docker.sock: \
                 connect: no such file or directory\n",
                "NotRunning",
                "no such file or directory",
            ),
            (
                "sudo: unable to resolve host hemma: Name or service not known\n\
                 Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n",
                "NotRunning",
                "Cannot connect",
            ),
            ("sudo: unable to resolve host hemma\nkilled\n", "Lost", "killed"),
            ("\n", "Lost", "it printed nothing"),
        ];
        for (stderr, variant, said) in rows {
            let error = EngineError::from_words(&host, stderr);
            assert!(format!("{error:?}").starts_with(variant), "{stderr:?} was read as {error:?}");
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}
