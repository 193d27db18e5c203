//! Runs a program that the operator typed, as long as it takes.

use std::path::PathBuf;

use serde::Serialize;

use crate::{Command, Ended, ExecError, Live, Question, Told};

/// A program that the operator runs on this machine.
///
/// As a [`Question`] it needs no approval: typing the command was the consent. The program gets the
/// signals of this process, except the hangup of a closing terminal.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// The program.
    pub run: Command,
    /// The file to which its output is appended if this process writes to a terminal.
    #[serde(skip)]
    pub log: PathBuf,
    /// The listener for its output in the log.
    #[serde(skip)]
    pub told: Told,
}

impl Question for Job {
    const KIND: &'static str = "job";
    type Answer = Ended;
    type Error = ExecError;

    fn describe(&self) -> String {
        self.run.to_string()
    }

    async fn ask(&self, live: &Live) -> Result<Ended, ExecError> {
        live.job(&self.run, &self.log, &self.told).await
    }
}
