//! A program of the operator's own, which goes on when their terminal goes.

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

/// How soon what it wrote is on the terminal.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Those that are meant for the program, and the one that it is kept from.
const SIGNALS: [Signal; 6] =
    [Signal::INT, Signal::TERM, Signal::QUIT, Signal::USR1, Signal::USR2, Signal::HUP];

/// Runs `command` to its end, however long that takes.
///
/// A terminal that closes takes with it whatever reads or writes it and whatever is in its
/// foreground. So the program gets a process group of its own, and where this process writes to a
/// terminal the program writes to `log`, whose new lines are shown as long as somebody looks: not
/// even the death of this process keeps it from writing. What is no terminal is handed on as it is.
pub(super) async fn run(command: &Command, log: &Path, told: &Told) -> Result<Ended, ExecError> {
    let failed = |source: std::io::Error| ExecError::Start {
        on: Place::Here,
        command: command.to_string(),
        reason: source.to_string(),
    };
    let mut signals = Signals::waited_for(&SIGNALS).map_err(failed)?;
    let mut process = local::process(command);
    process.process_group(0).kill_on_drop(false);
    // Reading from the terminal would stop a process that is not in its foreground.
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

/// Gives the log, from where the program begins to write it, if it writes any.
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
    // The terminal is gone. That is what the program is kept from.
    if signal == Signal::HUP {
        return;
    }
    // It may have ended at this moment.
    let _ = group.map(|it| kill_process_group(it, signal));
}

pub(super) fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, signal) => Ended::Signalled(signal.unwrap_or_default()),
    }
}

/// What the program has written and nobody has seen yet.
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
