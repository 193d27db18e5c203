//! A program that the operator runs and that survives the end of their terminal.

use std::fs::{File, OpenOptions};
use std::io::{IsTerminal, Read, Seek, SeekFrom};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::local;
use super::signals::Signals;
use crate::{Command, Ended, ExecError, Place, Told};

/// How often the log is read for new output.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The signals that are passed on to the program, and the hangup, which is not.
const SIGNALS: [Signal; 6] =
    [Signal::INT, Signal::TERM, Signal::QUIT, Signal::USR1, Signal::USR2, Signal::HUP];

/// Runs `command` to its end, however long that takes.
///
/// A terminal that closes ends its foreground processes and all that read or write it. The program
/// therefore gets a process group of its own, and if this process writes to a terminal, the program
/// writes to `log`, whose new lines are shown here. It can then write on even when this process is
/// dead. A stream that is not a terminal is passed on unchanged.
pub(super) async fn run(command: &Command, log: &Path, told: &Told) -> Result<Ended, ExecError> {
    let failed = |source: std::io::Error| ExecError::Start {
        on: Place::Here,
        command: command.to_string(),
        reason: source.to_string(),
    };
    let mut signals = Signals::waited_for(&SIGNALS).map_err(failed)?;
    let mut process = local::process(command);
    process.process_group(0).kill_on_drop(false);
    // Reading from the terminal would stop a process in the background.
    let is_watched = std::io::stdin().is_terminal();
    process.stdin(if is_watched { Stdio::null() } else { Stdio::inherit() });
    let shown = attach(&mut process, log).map_err(failed)?;
    let mut child = process.spawn().map_err(failed)?;
    let group = child.id().and_then(|it| Pid::from_raw(i32::try_from(it).ok()?));
    let mut tail = Tail { log: shown, told };
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(failed)?,
            signal = signals.next() => pass_on(group, signal),
            () = tokio::time::sleep(LOOK_EVERY) => tail.show(),
        }
    };
    tail.show();
    Ok(ended(status))
}

/// The log, from the position where the program begins to write, if it writes to it.
#[expect(clippy::disallowed_methods, reason = "what they are is asked, nothing is written")]
fn attach(process: &mut tokio::process::Command, log: &Path) -> std::io::Result<Option<File>> {
    let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
    process.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    if !out && !err {
        return Ok(None);
    }
    if let Some(directory) = log.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let writing = OpenOptions::new().create(true).append(true).open(log)?;
    if out {
        process.stdout(writing.try_clone()?);
    }
    if err {
        process.stderr(writing);
    }
    let mut reading = File::open(log)?;
    reading.seek(SeekFrom::End(0))?;
    Ok(Some(reading))
}

fn pass_on(group: Option<Pid>, signal: Signal) {
    // The terminal is closed. The program must not notice.
    if signal == Signal::HUP {
        return;
    }
    // The program may have ended at this moment.
    let _ = group.map(|it| kill_process_group(it, signal));
}

pub(super) fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, signal) => Ended::Signalled(signal.unwrap_or_default()),
    }
}

/// The output in the log that was not shown yet.
struct Tail<'t> {
    log: Option<File>,
    told: &'t Told,
}

impl Tail<'_> {
    fn show(&mut self) {
        let mut piece = [0; 16 * 1024];
        while let Some(log) = &mut self.log {
            match log.read(&mut piece) {
                Ok(0) | Err(_) => return,
                Ok(length) => self.told.tell(&piece[..length]),
            }
        }
    }
}
