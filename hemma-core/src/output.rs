//! The result of a command.

use serde::{Deserialize, Serialize};

use crate::sudo;

/// The result of a command. A non-zero exit code is an answer, not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The exit code.
    pub exit: i32,
    /// Standard output; bytes that are not UTF-8 are replaced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// Standard error; bytes that are not UTF-8 are replaced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
}

impl Output {
    /// Whether the exit code is 0.
    pub fn success(&self) -> bool {
        self.exit == 0
    }

    /// The last line of its output, standard error first: most tools print the cause there. The
    /// last line of `tar` is skipped, since it only says that there were other errors.
    pub fn last_words(&self) -> &str {
        let lines = self.stderr.lines().rev().chain(self.stdout.lines().rev());
        let telling = |it: &&str| {
            !it.is_empty() && !it.starts_with("tar: Exiting with failure") && !sudo::is_remark(it)
        };
        lines.map(str::trim).find(telling).unwrap_or("it printed nothing")
    }
}
