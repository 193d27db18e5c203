//! The next thing to try, as something that can be pasted into a terminal.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Host;
use crate::command::quote;

/// The next thing to try. Never a guess about the cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hint {
    /// A command to run here. One of hemma's own begins with `cargo xtask`.
    Run(String),
    /// A sentence that says what to do.
    Do(String),
}

impl Hint {
    /// A line for the login shell of a host, to be typed here.
    ///
    /// The whole line is one word for the shell here, so that nothing in it, `~` least of all,
    /// means something on this machine. What varies within it is quoted by the caller, once: with
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

impl Host {
    /// What is typed here to have the login shell there run a line. See [`Hint::on`].
    pub fn line(&self, line: impl fmt::Display) -> String {
        format!("ssh {self} {}", quote(&line.to_string()))
    }
}
