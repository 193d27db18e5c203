//! A command on a host that has the operator's own streams.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use tokio::process::Child;
use tokio::time::timeout;

use super::connection::Connection;
use super::job::ended;
use super::master::SSH_FAILED;
use super::pour::Pour;
use super::remote_line::Input;
use super::signals::Signals;
use super::story::{Story, Stream};
use crate::{Command, Ended, ExecError, Place};

/// A signal to the whole foreground group reaches ssh and this process, and ssh's end may be seen
/// first.
const IN_EITHER_ORDER: Duration = Duration::from_millis(100);

/// Whether a command has a terminal on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Terminal {
    /// A terminal as large as the operator's, which gets each key as it is pressed.
    Own,
    /// No terminal: three streams, byte for byte.
    None,
}

impl Connection {
    /// Runs a command through the `ssh` program, which sets the terminal to raw mode and back and
    /// reports its size. It joins the shared connection.
    pub(super) async fn attended(
        &self,
        command: &Command,
        terminal: Terminal,
    ) -> Result<Ended, ExecError> {
        let failed = |source: std::io::Error| ExecError::Start {
            on: Place::On(self.host().clone()),
            command: command.to_string(),
            reason: source.to_string(),
        };
        let input = match terminal {
            Terminal::Own => Input::Terminal,
            Terminal::None => Input::Fed,
        };
        let line = self.line(command, None, input)?;
        let _permit = self.session(command).await?;
        let mut ssh = ssh(self.socket(), &line, terminal);
        let story = Story::default();
        let pour = |on| Pour::begin(self.sieve(on, &story), on).map_err(failed);
        let (output, theirs) = pour(Stream::Output)?;
        ssh.stdout(theirs);
        let mut pours = vec![output];
        // A terminal shows both streams as one, and the other stream is for ssh's own messages.
        if terminal == Terminal::None {
            let (errors, theirs) = pour(Stream::Errors)?;
            ssh.stderr(theirs);
            pours.push(errors);
        }
        let child = ssh.spawn().map_err(failed)?;
        // It holds the other ends of the pipes, which would never close.
        drop(ssh);
        let Some(end) = to_its_end(child, &story, pours).await.map_err(failed)? else {
            return Err(story.why_not_begun(self.host(), command, None));
        };
        match end {
            Ended::Exited(SSH_FAILED) if story.ended().is_none() && !self.is_alive().await => {
                Err(self.lost(command))
            }
            // A signal to this process came from the operator; the command that it cut reported no
            // end.
            Ended::Signalled(signal) if story.ended().is_none() => Ok(Ended::Signalled(signal)),
            Ended::Signalled(_) => self.told(command, &story, Ok(0)).await.map(Ended::Exited),
            Ended::Exited(exit) => self.told(command, &story, Ok(exit)).await.map(Ended::Exited),
        }
    }
}

fn ssh(socket: &Path, line: &str, terminal: Terminal) -> tokio::process::Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one door to ssh")]
    let mut ssh = tokio::process::Command::new("ssh");
    // The connection is already made with the operator's configuration; it must not apply again
    // here.
    ssh.args(["-F", "/dev/null", "-q", "-S"]).arg(socket);
    // Without a connection to join, ssh would make one of its own.
    ssh.args(["-o", "ControlMaster=no", "-o", "ProxyCommand=false"]);
    ssh.arg(match terminal {
        Terminal::Own => "-t",
        Terminal::None => "-T",
    });
    ssh.args(["--", "none", line]);
    ssh.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    // ssh restores the terminal, which a killed process does not.
    ssh.kill_on_drop(false);
    ssh
}

/// Waits for the end of ssh. Ctrl-C reaches ssh too unless the terminal is in raw mode.
///
/// `None` if the login shell did not run the command line in time.
async fn to_its_end(
    mut child: Child,
    story: &Story,
    pours: Vec<Pour>,
) -> std::io::Result<Option<Ended>> {
    let mut signals = Signals::waited_for(&[Signal::INT, Signal::QUIT, Signal::TERM])?;
    let pid = child.id().and_then(|it| Pid::from_raw(i32::try_from(it).ok()?));
    // ssh may have ended at this moment.
    let pass_on = |signal| pid.map(|it| kill_process(it, signal));
    let mut cut = None;
    let mut late = false;
    let is_late = story.is_late();
    tokio::pin!(is_late);
    let status = loop {
        tokio::select! {
            // If both are ready, the signal came first and ended ssh.
            biased;
            signal = signals.next() => {
                cut = Some(signal);
                // The other signals go to the whole foreground group.
                if signal == Signal::TERM {
                    pass_on(signal);
                }
            }
            status = child.wait() => break status?,
            () = &mut is_late, if !late => {
                late = true;
                pass_on(Signal::TERM);
            }
        }
    };
    if late && cut.is_none() {
        return Ok(None);
    }
    let end = ended(status);
    // ssh reports a signal only as its own failure.
    if end == Ended::Exited(SSH_FAILED) && cut.is_none() {
        cut = timeout(IN_EITHER_ORDER, signals.next()).await.ok();
    }
    if cut.is_none() {
        tokio::select! {
            () = async { for it in pours { it.poured().await; } } => {}
            signal = signals.next() => cut = Some(signal),
        }
    }
    Ok(Some(match cut {
        Some(signal) if end == Ended::Exited(SSH_FAILED) => Ended::Signalled(signal.as_raw()),
        _ => end,
    }))
}
