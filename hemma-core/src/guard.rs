//! A condition on a host that is checked on the same command line as each change.

use crate::{ExecError, Host};

/// The exit code of a command line whose guard refused. None of hemma's own scripts ends with it.
#[cfg(feature = "ssh")]
pub(crate) const REFUSED: i32 = 244;

/// The prefix of a guard's own output, which tells it from the output of the command.
const WORDS: &str = "hemma-guard: ";

/// A condition that must hold on a host for each further change of a run, such as "this run still
/// has the lock".
///
/// It is a POSIX shell script that runs as the login user before the change's own command, on the
/// same command line. If it calls `refuse WORDS`, the command is not started and the change fails
/// with [`ExecError::LockLost`]. Questions are not guarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    host: Host,
    script: String,
    parameters: Vec<String>,
}

impl Guard {
    /// Guards changes on `host` by a script that is a constant of the program. Values are passed in
    /// `parameters` and read as `"$1"`.
    pub fn new(host: &Host, script: &str, parameters: impl IntoIterator<Item = String>) -> Self {
        let parameters = parameters.into_iter().collect();
        Self { host: host.clone(), script: script.to_owned(), parameters }
    }

    pub(crate) fn is_for(&self, host: &Host) -> bool {
        self.host == *host
    }

    /// The beginning of a command line, which the words of the command follow.
    #[cfg(feature = "ssh")]
    pub(crate) fn prefix(&self) -> String {
        let count = self.parameters.len();
        let script = format!(
            "refuse() {{ printf '{WORDS}%s\\n' \"$*\" >&2; exit {REFUSED}; }}\n{}\nshift {count}\nexec \"$@\"",
            self.script
        );
        let parameters = self.parameters.iter().map(|it| format!(" {}", crate::command::quote(it)));
        format!("sh -c {} sh{} ", crate::command::quote(&script), parameters.collect::<String>())
    }
}

impl ExecError {
    /// The refusal of a guard, if a command's standard error holds one.
    pub fn of_guard(host: &Host, command: &str, stderr: &str) -> Option<Self> {
        let said = stderr.lines().find_map(|it| it.strip_prefix(WORDS))?;
        let said: String = said.chars().filter(|it| !it.is_control()).take(300).collect();
        Some(Self::LockLost { host: host.clone(), command: command.to_owned(), said })
    }
}
