//! Runs a program that the operator typed, as long as it takes.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Command, ExecError, Live, Question};

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

/// The end of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// The program exited with this code.
    Exited(i32),
    /// A signal ended the program.
    Signalled(i32),
}

impl Ended {
    /// The exit code that a shell reports for this end.
    pub fn code(self) -> u8 {
        match self {
            Self::Exited(code) => u8::try_from(code & 0xff).unwrap_or(u8::MAX),
            Self::Signalled(signal) => u8::try_from(128 + (signal & 0x7f)).unwrap_or(u8::MAX),
        }
    }
}

/// A listener for the output of a program.
#[derive(Clone)]
pub struct Told(Arc<Show>);

type Show = dyn Fn(&[u8]) + Send + Sync;

impl Told {
    /// Calls `show` with each piece of output.
    pub fn new(show: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(show))
    }

    pub(crate) fn tell(&self, piece: &[u8]) {
        (self.0)(piece);
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_the_code_that_a_shell_gives() {
        let rows = [
            (Ended::Exited(0), 0),
            (Ended::Exited(7), 7),
            (Ended::Exited(255), 255),
            (Ended::Signalled(2), 130),
            (Ended::Signalled(9), 137),
        ];
        for (ended, code) in rows {
            assert_eq!(ended.code(), code, "{ended:?}");
        }
    }
}
