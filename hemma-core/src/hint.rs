//! The next thing to try: a command of another program, a sentence, or a remedy.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::command::quote;
use crate::{AnyRemedy, Host, RemedySet};

/// The next thing to try. It is never a guess about the cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hint {
    /// A command of another program, such as ssh, docker or git, to run on this machine.
    Run(String),
    /// A sentence that says what to do.
    Do(String),
    /// A remedy of a crate. The program that shows it may have a command for it.
    Remedy(AnyRemedy),
    /// A name that may have been meant, and how to see all names.
    #[serde(rename = "did_you_mean")]
    DidYouMean {
        /// The name.
        name: String,
        /// How to see all names.
        all: Box<Self>,
    },
}

impl Hint {
    /// A line for the login shell of a host, to be typed here.
    ///
    /// The whole line is one word for the local shell, so that nothing in it, such as `~`, is
    /// expanded on this machine. The caller quotes the values in it, once: with
    /// [`Command`](crate::Command), [`quote`] or [`quote_path`](crate::quote_path).
    ///
    /// ```
    /// use hemma_core::{Command, Hint, quote_path};
    ///
    /// let host = "hemma".parse()?;
    /// let git = format!("git -C {} status", quote_path("~/my apps/x"));
    /// let typed = r"ssh hemma 'git -C ~/'\''my apps/x'\'' status'";
    /// assert_eq!(Hint::on(&host, git), Hint::Run(typed.to_owned()));
    /// let look = Command::new("docker").args(["port", "redis"]).sudo();
    /// let typed = "ssh hemma 'sudo -n docker port redis'";
    /// assert_eq!(Hint::on(&host, look), Hint::Run(typed.to_owned()));
    /// # Ok::<(), hemma_core::HostError>(())
    /// ```
    pub fn on(host: &Host, line: impl fmt::Display) -> Self {
        Self::Run(host.line(line))
    }
}

impl<R: RemedySet> From<R> for Hint {
    fn from(remedy: R) -> Self {
        Self::Remedy(remedy.into())
    }
}

/// The hint in plain English, for a program without commands of its own.
impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(command) => write!(f, "run `{command}`"),
            Self::Do(sentence) => f.write_str(sentence),
            Self::Remedy(remedy) => remedy.fmt(f),
            Self::DidYouMean { name, all } => write!(f, "did you mean `{name}`? otherwise, {all}"),
        }
    }
}

impl Host {
    /// The local command line that runs a line in the host's login shell. See [`Hint::on`].
    pub fn line(&self, line: impl fmt::Display) -> String {
        format!("ssh {self} {}", quote(&line.to_string()))
    }
}
