//! A command line as a question: it only reads.

use serde::Serialize;

use crate::{Command, ExecError, Host, Live, Output, Place, Question};

/// A command line and the place where it runs. As a [`Question`] it is for commands that change
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Exec {
    /// The place where it runs.
    pub on: Place,
    /// The command.
    pub run: Command,
}

impl Exec {
    /// Runs `run` on `host`.
    pub fn on(host: &Host, run: Command) -> Self {
        Self { on: Place::On(host.clone()), run }
    }

    /// Runs `run` on this machine.
    pub fn here(run: Command) -> Self {
        Self { on: Place::Here, run }
    }
}

impl Question for Exec {
    const KIND: &'static str = "exec";
    type Answer = Output;
    type Error = ExecError;

    fn describe(&self) -> String {
        format!("{}: {}", self.on, self.run)
    }

    async fn ask(&self, live: &Live) -> Result<Output, ExecError> {
        live.run(&self.on, &self.run).await
    }
}
