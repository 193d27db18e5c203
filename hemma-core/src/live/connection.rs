//! One connection to one host, shared by all commands of a run.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use openssh::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::drain::drain;
use super::master::SshMaster;
use super::remote_line::{Input, exit_code, line};
use super::{ConnectError, Duplex, SshOptions};
use crate::{Command, ExecError, Guard, Host, Output, Place, Progress};

type Child = openssh::Child<Arc<openssh::Session>>;

/// Linux takes 128 KiB for one argument, and sshd hands the whole line to the login shell as one.
/// A longer one ends without a word.
const LINE_BYTES_MAX: usize = (128 << 10) - 1;

pub(super) struct Connection {
    host: Host,
    session: Arc<openssh::Session>,
    // sshd refuses the session after the last free one, and frees them late: so a queue in front,
    // and a retry behind it.
    budget: Arc<Semaphore>,
    master: SshMaster,
}

impl Connection {
    pub(super) async fn open(host: &Host, options: &SshOptions) -> Result<Self, ConnectError> {
        let master = SshMaster::start(host, options).await?;
        let session = openssh::Session::resume_mux(master.socket().into(), None);
        Ok(Self {
            host: host.clone(),
            session: Arc::new(session),
            budget: Arc::new(Semaphore::new(options.sessions.max(1))),
            master,
        })
    }

    pub(super) async fn run(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        progress: &Progress,
    ) -> Result<Output, ExecError> {
        let input = if command.input().is_some() { Input::Fed } else { Input::Lifeline };
        let (mut child, _permit) = self.start(command, guard, input).await?;
        let (stdin, stdout, stderr) =
            (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(self.lost(command));
        };
        let feed = async {
            if let Some(input) = command.input() {
                // A program may end without reading all of its input; that is its business.
                let _ = stdin.write_all(input.bytes()).await;
                drop(stdin);
                None
            } else {
                Some(stdin)
            }
        };
        // The lifeline lives until the command has ended, or this future is dropped.
        let (_lifeline, stdout, stderr) =
            tokio::join!(feed, drain(stdout, progress), drain(stderr, progress));
        let exit = self.exit(command, child).await?;
        let (Ok(stdout), Ok(stderr)) = (stdout, stderr) else {
            return Err(self.lost(command));
        };
        self.refused(command, guard, exit, &stderr)?;
        Ok(Output { exit, stdout, stderr })
    }

    /// Whether the command was not begun, because its guard refused.
    pub(super) fn refused(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        exit: i32,
        stderr: &str,
    ) -> Result<(), ExecError> {
        let refused = guard.is_some() && exit == crate::guard::REFUSED;
        let error = refused.then(|| ExecError::of_guard(&self.host, &command.to_string(), stderr));
        error.flatten().map_or(Ok(()), Err)
    }

    pub(super) async fn exit(&self, command: &Command, child: Child) -> Result<i32, ExecError> {
        match child.wait().await {
            Ok(status) => status.code().map(exit_code).ok_or_else(|| self.signalled(command)),
            Err(openssh::Error::RemoteProcessTerminated) => Err(self.ended(command).await),
            Err(_) => Err(self.lost(command)),
        }
    }

    pub(super) async fn duplex(
        &self,
        command: &Command,
        guard: Option<&Guard>,
    ) -> Result<Duplex, ExecError> {
        let (child, permit) = self.start(command, guard, Input::Fed).await?;
        Duplex::new(child, permit).ok_or_else(|| self.lost(command))
    }

    pub(super) async fn close(&self) {
        self.master.end().await;
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn socket(&self) -> &std::path::Path {
        self.master.socket()
    }

    /// Waits for one of the sessions.
    pub(super) async fn session(
        &self,
        command: &Command,
    ) -> Result<OwnedSemaphorePermit, ExecError> {
        let permit = Arc::clone(&self.budget).acquire_owned().await;
        permit.map_err(|_| self.lost(command))
    }

    /// A line that the host's shell takes whole.
    pub(super) fn line(&self, command: &Command, line: String) -> Result<String, ExecError> {
        if line.len() <= LINE_BYTES_MAX {
            return Ok(line);
        }
        let bytes = line.len();
        let reason = format!("its line has {bytes} bytes, and the host's shell takes fewer");
        let on = Place::On(self.host.clone());
        Err(ExecError::Start { on, command: command.to_string(), reason })
    }

    pub(super) async fn start(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        input: Input,
    ) -> Result<(Child, OwnedSemaphorePermit), ExecError> {
        let permit = self.session(command).await?;
        let line = self.line(command, line(command, guard, input))?;
        let child = (|| async {
            let mut session = Arc::clone(&self.session).arc_raw_command(&line);
            session.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            session.spawn().await
        })
        .retry(patience_for_a_session())
        .when(refused_for_now)
        .await
        .map_err(|_| self.lost(command))?;
        Ok((child, permit))
    }

    /// The mux says the same of a signal and of its own death; only asking it tells them apart.
    async fn ended(&self, command: &Command) -> ExecError {
        if self.is_alive().await { self.signalled(command) } else { self.lost(command) }
    }

    pub(super) async fn is_alive(&self) -> bool {
        self.session.check().await.is_ok()
    }

    fn signalled(&self, command: &Command) -> ExecError {
        let on = Place::On(self.host.clone());
        ExecError::Signalled { on, command: command.to_string() }
    }

    pub(super) fn lost(&self, command: &Command) -> ExecError {
        ExecError::Lost { host: self.host.clone(), command: command.to_string() }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("host", &self.host).finish_non_exhaustive()
    }
}

fn patience_for_a_session() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_millis(250))
        .with_max_times(40)
}

/// The command never ran, so trying again is safe. The error has no kind of its own to match.
fn refused_for_now(error: &openssh::Error) -> bool {
    format!("{error:?}").contains("Session open refused by peer")
}
