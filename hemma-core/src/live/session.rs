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
use super::remote_line::typed;
use super::signals::Signals;
use crate::{Command, Ended, ExecError, Place};

/// What ssh's own exit code is when it, and not the command, has failed.
const SSH_FAILED: i32 = 255;

/// A signal to the whole foreground is for ssh and for us, and its end may be heard of first.
const IN_EITHER_ORDER: Duration = Duration::from_millis(100);

/// Whether a command has a terminal at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Terminal {
    /// One that is as large as the operator's, and gets each key as it is pressed.
    Own,
    /// None: three streams, byte for byte.
    None,
}

impl Connection {
    /// ssh itself knows how a terminal is put into raw mode and back, and how its size is told. It
    /// joins the connection that everything else uses.
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
        let line = self.line(command, typed(command))?;
        let _permit = self.session(command).await?;
        let child = ssh(self.socket(), &line, terminal).spawn().map_err(failed)?;
        let end = to_its_end(child).await.map_err(failed)?;
        // The code is the command's own unless the connection is gone.
        if end == Ended::Exited(SSH_FAILED) && !self.is_alive().await {
            return Err(self.lost(command));
        }
        Ok(end)
    }
}

fn ssh(socket: &Path, line: &str, terminal: Terminal) -> tokio::process::Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one door to ssh")]
    let mut ssh = tokio::process::Command::new("ssh");
    // The connection was made by the operator's configuration; nothing of it is left to say here.
    ssh.args(["-F", "/dev/null", "-q", "-S"]).arg(socket);
    // Where there is no connection to join, ssh would make one of its own.
    ssh.args(["-o", "ControlMaster=no", "-o", "ProxyCommand=false"]);
    ssh.arg(match terminal {
        Terminal::Own => "-t",
        Terminal::None => "-T",
    });
    ssh.args(["--", "none", line]);
    ssh.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    // It puts the terminal back as it was, which a killed one does not.
    ssh.kill_on_drop(false);
    ssh
}

/// Ctrl-C reaches it as well as us where the terminal is not its own; what is left to us is to wait.
async fn to_its_end(mut child: Child) -> std::io::Result<Ended> {
    let mut signals = Signals::waited_for(&[Signal::INT, Signal::QUIT, Signal::TERM])?;
    let pid = child.id().and_then(|it| Pid::from_raw(i32::try_from(it).ok()?));
    let mut cut = None;
    let status = loop {
        tokio::select! {
            // Where both have come, the signal came first: it is what ended it.
            biased;
            signal = signals.next() => {
                cut = Some(signal);
                // The others are for the whole foreground.
                if signal == Signal::TERM {
                    // It may have ended at this moment.
                    let _ = pid.map(|it| kill_process(it, signal));
                }
            }
            status = child.wait() => break status?,
        }
    };
    let end = ended(status);
    // ssh says no more of a signal than that it failed.
    if end != Ended::Exited(SSH_FAILED) {
        return Ok(end);
    }
    if cut.is_none() {
        cut = timeout(IN_EITHER_ORDER, signals.next()).await.ok();
    }
    Ok(cut.map_or(end, |it| Ended::Signalled(it.as_raw())))
}
