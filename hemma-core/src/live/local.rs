//! Commands on this machine.

use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;

use super::drain::drain;
use crate::{Command, ExecError, Output, Place, Progress};

pub(super) async fn run(command: &Command, progress: &Progress) -> Result<Output, ExecError> {
    let failed = |source: std::io::Error| ExecError::Start {
        on: Place::Here,
        command: command.to_string(),
        reason: source.to_string(),
    };
    let mut child = process(command).process_group(0).spawn().map_err(failed)?;
    let group = Group::of(&child);
    let input = command.input().map(|it| it.bytes().to_vec()).unwrap_or_default();
    let mut stdin = child.stdin.take();
    let feed = async {
        if let Some(mut stdin) = stdin.take() {
            // A program may end without reading all of its input. That is not an error.
            let _ = stdin.write_all(&input).await;
        }
    };
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
        return Err(failed(std::io::Error::other("its output could not be read")));
    };
    let ((), stdout, stderr) = tokio::join!(feed, drain(stdout, progress), drain(stderr, progress));
    let status = child.wait().await.map_err(failed)?;
    group.ended();
    let Some(exit) = status.code() else {
        return Err(ExecError::Signalled { on: Place::Here, command: command.to_string() });
    };
    Ok(Output { exit, stdout: stdout.map_err(failed)?, stderr: stderr.map_err(failed)? })
}

/// A command and its child processes, which end when the group is dropped. Killing only the command
/// would leave the others running: the test behind a `cargo test`.
struct Group(Option<Pid>);

impl Group {
    fn of(leader: &tokio::process::Child) -> Self {
        let id = leader.id().and_then(|it| i32::try_from(it).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// The leader ended by itself; processes that it left running may go on.
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // The group may be gone already.
            let _ = kill_process_group(group, Signal::TERM);
        }
    }
}

/// The destination of the output of a command whose input is the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attended {
    /// The terminal.
    Shown,
    /// This process, which keeps it.
    Kept,
}

/// Runs a command on the terminal. The command is not killed when the future is dropped: Ctrl-C
/// reaches it too, and it has to restore the terminal.
pub(super) async fn attend(command: &Command, output: Attended) -> Result<Output, ExecError> {
    let failed = |source: std::io::Error| ExecError::Start {
        on: Place::Here,
        command: command.to_string(),
        reason: source.to_string(),
    };
    let mut process = process(command);
    process.stdin(Stdio::inherit()).stderr(Stdio::inherit()).kill_on_drop(false);
    if output == Attended::Shown {
        process.stdout(Stdio::inherit());
    }
    let ended = process.spawn().map_err(failed)?.wait_with_output().await.map_err(failed)?;
    let Some(exit) = ended.status.code() else {
        return Err(ExecError::Signalled { on: Place::Here, command: command.to_string() });
    };
    let stdout = String::from_utf8_lossy(&ended.stdout).into_owned();
    Ok(Output { exit, stdout, stderr: String::new() })
}

/// Starts a process that outlives this one, in a process group of its own so that Ctrl-C at the
/// terminal does not reach it. Its output is appended to `log`. Returns the process id.
pub(super) fn detach(command: &Command, log: &Path) -> Result<u32, ExecError> {
    let failed = |source: std::io::Error| ExecError::Start {
        on: Place::Here,
        command: command.to_string(),
        reason: source.to_string(),
    };
    let open = || std::fs::OpenOptions::new().create(true).append(true).open(log);
    let (stdout, stderr) = (open().map_err(failed)?, open().map_err(failed)?);
    let mut process = process(command);
    process.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    // The process must not keep a directory busy that the operator may want to unmount or remove.
    process.current_dir("/").process_group(0).kill_on_drop(false);
    let child = process.spawn().map_err(failed)?;
    child.id().ok_or_else(|| failed(std::io::Error::other("it ended at once")))
}

pub(super) fn process(command: &Command) -> tokio::process::Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one door for local processes")]
    let mut process = if command.is_sudo() {
        let mut sudo = tokio::process::Command::new("sudo");
        sudo.args(["-n", "--"]).arg(command.program());
        sudo
    } else {
        tokio::process::Command::new(command.program())
    };
    process.args(command.arguments());
    if let Some(dir) = command.directory() {
        process.current_dir(expand_home(dir));
    }
    process.stdin(if command.input().is_some() { Stdio::piped() } else { Stdio::null() });
    process.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    process
}

fn expand_home(dir: &str) -> std::path::PathBuf {
    match (dir.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => dir.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn output_exit_code_and_input_are_kept() {
        let script = "cat; echo oops >&2; exit 7";
        let command = Command::script(script, [""; 0]).stdin("fed");
        let output = run(&command, &Progress::silent()).await.expect("sh starts");
        assert_eq!(
            (output.exit, output.stdout.as_str(), output.stderr.as_str()),
            (7, "fed", "oops\n")
        );
    }

    #[tokio::test]
    async fn what_a_command_started_ends_with_it() {
        let dir = tempfile::tempdir().expect("a place");
        let file = dir.path().join("alive").display().to_string();
        let script = "(while :; do echo >>\"$1\"; sleep 0.02; done) & wait";
        let command = Command::script(script, [file.clone()]);
        let silent = Progress::silent();
        let dropped = tokio::time::timeout(Duration::from_millis(300), run(&command, &silent));
        assert!(dropped.await.is_err(), "it does not end by itself");
        tokio::time::sleep(Duration::from_millis(100)).await;
        let size = || std::fs::metadata(&file).map_or(0, |it| it.len());
        let before = size();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(before > 0 && before == size(), "it still writes: {before}, {}", size());
    }

    #[tokio::test]
    async fn a_missing_program_is_not_an_exit_code() {
        let error = run(&Command::new("no-such-program-here"), &Progress::silent()).await;
        assert!(matches!(error, Err(ExecError::Start { .. })), "{error:?}");
    }
}
