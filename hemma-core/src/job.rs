//! Running a program that the operator typed, as long as it takes.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Command, ExecError, Live, Question};

/// A program of the operator's own on this machine.
///
/// As a [`Question`] it wants no approval: typing it was the consent, and what it does is its own
/// business. It gets the signals of this process, but for the hangup of a terminal that closes.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// The program.
    pub run: Command,
    /// The file to whose end it writes where this process writes to a terminal.
    #[serde(skip)]
    pub log: PathBuf,
    /// Who sees what it writes there.
    #[serde(skip)]
    pub told: Told,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// With an exit code.
    Exited(i32),
    /// By a signal.
    Signalled(i32),
}

impl Ended {
    /// The exit code that a shell gives for it.
    pub fn code(self) -> u8 {
        match self {
            Self::Exited(code) => u8::try_from(code & 0xff).unwrap_or(u8::MAX),
            Self::Signalled(signal) => u8::try_from(128 + (signal & 0x7f)).unwrap_or(u8::MAX),
        }
    }
}

/// Is told what a program writes, as it writes it.
#[derive(Clone)]
pub struct Told(Arc<Show>);

type Show = dyn Fn(&[u8]) + Send + Sync;

impl Told {
    /// Calls `show` with each piece.
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
