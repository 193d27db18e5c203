//! The exit codes.

use std::fmt;
use std::process::ExitCode;

use hemma_core::Verdict;
use serde::{Serialize, Serializer};

/// The exit code of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The state is, or now is, as the runbook says.
    AsPlanned,
    /// The state is not as the runbook says, or a change failed.
    NotAsPlanned,
    /// The command line or `hemma.toml` was wrong, or there was no terminal to ask for consent.
    Usage,
    /// The state could not be looked at.
    Unknown,
    /// Changes are pending and none was made: `plan`, `--plan`, or a "no" at the prompt.
    Pending,
    /// The run succeeded, and standard output could not be written completely.
    Unwritten,
    /// Ctrl-C, SIGTERM or a closed terminal ended the run.
    Interrupted,
    /// The exit code of the operator's own program, which `offload pipeline` ran.
    Program(u8),
}

impl Exit {
    /// hemma's own exit codes, in the order of the numbers.
    pub const ALL: [Self; 7] = [
        Self::AsPlanned,
        Self::NotAsPlanned,
        Self::Usage,
        Self::Unknown,
        Self::Pending,
        Self::Unwritten,
        Self::Interrupted,
    ];

    /// The code that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::AsPlanned => 0,
            Self::NotAsPlanned => 1,
            Self::Usage => 2,
            Self::Unknown => 3,
            Self::Pending => 4,
            Self::Unwritten => 5,
            Self::Interrupted => 130,
            Self::Program(code) => code,
        }
    }

    /// The meaning, for the table in the README.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::AsPlanned => "everything is as the runbook says, or was made so",
            Self::NotAsPlanned => "something is not as the runbook says",
            Self::Usage => "the command line or `hemma.toml` was wrong, or consent was missing",
            Self::Unknown => "could not look",
            Self::Pending => "something would change, and nothing was changed",
            Self::Unwritten => "the command succeeded, but standard output could not be written",
            Self::Interrupted => "interrupted; what was done is said",
            Self::Program(_) => "the exit code of the program that was run",
        }
    }

    /// Whether lost output matters more than what this code says.
    pub(crate) fn is_quiet(self) -> bool {
        matches!(self, Self::AsPlanned | Self::Pending | Self::Program(0))
    }

    fn name(self) -> String {
        match self {
            Self::Program(_) => "Program".to_owned(),
            own => format!("{own:?}"),
        }
    }
}

/// Prints `0: AsPlanned`, as in a storyboard.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.name())
    }
}

/// Serializes the name alone.
impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::AsPlanned,
            Verdict::Fail => Self::NotAsPlanned,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
