//! One connection to one host, which all commands of a run share.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use openssh::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::drain::drain;
use super::duplex::End;
use super::marks::Marks;
use super::master::{STORY_PATIENCE, SshMaster};
use super::remarks::Remarks;
use super::remote_line::{Input, exit_code, line};
use super::sieve::{Sieve, Sieved, Streams};
use super::story::{Story, Stream};
use super::{ConnectError, Duplex, SshOptions};
use crate::{Command, ExecError, Guard, Host, Output, Place, Progress, sudo};

type Child = openssh::Child<Arc<openssh::Session>>;

/// Linux takes 128 KiB for one argument, and sshd passes the whole command line to the login shell
/// as one. A longer one fails without a message.
const LINE_BYTES_MAX: usize = (128 << 10) - 1;

pub(super) struct Connection {
    host: Host,
    session: Arc<openssh::Session>,
    // sshd refuses a session beyond its limit and frees ended ones late, so commands wait in a
    // queue here, and a refused one is tried again.
    budget: Arc<Semaphore>,
    master: SshMaster,
    marks: Marks,
    remarks: Remarks,
}

/// A command that was started on the host.
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) streams: Streams,
    pub(super) story: Story,
    // The permit for one of the connection's sessions.
    pub(super) permit: OwnedSemaphorePermit,
}

impl Connection {
    pub(super) async fn open(
        host: &Host,
        options: &SshOptions,
        remarks: Remarks,
    ) -> Result<Self, ConnectError> {
        let master = SshMaster::start(host, options).await?;
        master.listen().await;
        let session = openssh::Session::resume_mux(master.socket().into(), None);
        Ok(Self {
            host: host.clone(),
            session: Arc::new(session),
            budget: Arc::new(Semaphore::new(options.sessions.max(1))),
            master,
            marks: Marks::new(),
            remarks,
        })
    }

    pub(super) async fn run(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        progress: &Progress,
    ) -> Result<Output, ExecError> {
        let input = if command.input().is_some() { Input::Fed } else { Input::Lifeline };
        let Started { child, streams, story, permit: _permit } =
            self.start(command, guard, input).await?;
        let (mut stdin, stdout, stderr) = streams;
        let feed = async {
            if let Some(input) = command.input() {
                // A program may end without reading all of its input. That is not an error.
                let _ = stdin.write_all(input.bytes()).await;
                drop(stdin);
                None
            } else {
                Some(stdin)
            }
        };
        let reading =
            async { tokio::join!(feed, drain(stdout, progress), drain(stderr, progress)) };
        // The lifeline lives until the command has ended, or this future is dropped.
        let (_lifeline, stdout, stderr) = self.in_time(command, &story, reading).await?;
        let (Ok(stdout), Ok(stderr)) = (stdout, stderr) else {
            return Err(self.unread(command, &story));
        };
        let exit = self.exit(command, child, &story).await?;
        Ok(self.output(exit, stdout, stderr))
    }

    /// The result of a command, without sudo's remarks about itself.
    pub(super) fn output(&self, exit: i32, stdout: String, stderr: String) -> Output {
        let (stderr, remark) = sudo::without_remarks(stderr);
        if let Some(remark) = remark {
            self.remarks.sudo(&self.host, &remark);
        }
        Output { exit, stdout, stderr }
    }

    /// The exit code of a command after its streams were read to their ends.
    pub(super) async fn exit(
        &self,
        command: &Command,
        child: Child,
        story: &Story,
    ) -> Result<i32, ExecError> {
        let exit = match child.wait().await {
            Ok(status) => status.code().map(exit_code).ok_or_else(|| self.signalled(command)),
            Err(openssh::Error::RemoteProcessTerminated) => Err(self.ended(command).await),
            // hemma's own command line never ends with 127.
            Err(openssh::Error::Remote(_)) if !story.is_begun() => Ok(127),
            Err(_) => Err(self.lost(command)),
        };
        self.told(command, story, exit).await
    }

    /// The end of a command as its marks report it; `exit` is the exit code from ssh.
    pub(super) async fn told(
        &self,
        command: &Command,
        story: &Story,
        exit: Result<i32, ExecError>,
    ) -> Result<i32, ExecError> {
        if story.is_begun() {
            self.remarks.hear(&self.host, story, command.is_sudo());
            return story.ended().map_or(exit, |it| Ok(exit_code(it)));
        }
        match exit {
            Err(ExecError::Lost { .. }) => Err(self.lost_or_turned_away(command).await),
            Err(_) => Err(self.not_begun(command, story, None)),
            Ok(exit) => Err(self.not_begun(command, story, Some(exit))),
        }
    }

    /// Waits for `work`, which begins with the command; the login shell may never run it.
    pub(super) async fn in_time<T>(
        &self,
        command: &Command,
        story: &Story,
        work: impl Future<Output = T>,
    ) -> Result<T, ExecError> {
        tokio::select! {
            done = work => Ok(done),
            () = story.is_late() => Err(self.not_begun(command, story, None)),
        }
    }

    /// The error for streams that could not be read: the login shell printed without end, or ssh is
    /// gone.
    pub(super) fn unread(&self, command: &Command, story: &Story) -> ExecError {
        if story.is_too_much() { self.not_begun(command, story, None) } else { self.lost(command) }
    }

    fn not_begun(&self, command: &Command, story: &Story, exit: Option<i32>) -> ExecError {
        story.why_not_begun(&self.host, command, exit)
    }

    pub(super) async fn duplex(
        &self,
        command: &Command,
        guard: Option<&Guard>,
    ) -> Result<Duplex, ExecError> {
        let Started { child, streams, story, permit } =
            self.start(command, guard, Input::Fed).await?;
        let (host, command) = (self.host.clone(), command.clone());
        let end = End { host, command, story, remarks: self.remarks.clone() };
        Ok(Duplex::new(streams, (child, permit), end))
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

    /// Waits for a free session.
    pub(super) async fn session(
        &self,
        command: &Command,
    ) -> Result<OwnedSemaphorePermit, ExecError> {
        let permit = Arc::clone(&self.budget).acquire_owned().await;
        permit.map_err(|_| self.lost(command))
    }

    /// The command line for the host's shell, if it is not too long.
    pub(super) fn line(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        input: Input,
    ) -> Result<String, ExecError> {
        let reason = match line(command, guard, input, &self.marks) {
            Some(line) if line.len() <= LINE_BYTES_MAX => return Ok(line),
            Some(line) => {
                let bytes = line.len();
                format!("its command line has {bytes} bytes, more than the host's shell takes")
            }
            None => "its arguments hold too many kinds of control characters".to_owned(),
        };
        let on = Place::On(self.host.clone());
        Err(ExecError::Start { on, command: command.to_string(), reason })
    }

    pub(super) async fn start(
        &self,
        command: &Command,
        guard: Option<&Guard>,
        input: Input,
    ) -> Result<Started, ExecError> {
        let permit = self.session(command).await?;
        let line = self.line(command, guard, input)?;
        let spawned = (|| async {
            let mut session = Arc::clone(&self.session).arc_raw_command(&line);
            session.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            session.spawn().await
        })
        .retry(patience_for_a_session())
        .when(refused_for_now)
        .await;
        let Ok(mut child) = spawned else { return Err(self.lost_or_turned_away(command).await) };
        let streams = (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let (Some(stdin), Some(stdout), Some(stderr)) = streams else {
            return Err(self.lost(command));
        };
        let story = Story::default();
        let stdout = Sieved::new(stdout, self.sieve(Stream::Output, &story));
        let stderr = Sieved::new(stderr, self.sieve(Stream::Errors, &story));
        Ok(Started { child, streams: (stdin, stdout, stderr), story, permit })
    }

    pub(super) fn sieve(&self, on: Stream, story: &Story) -> Sieve {
        Sieve::new(&self.marks, on, story)
    }

    /// Tells a lost connection from a login shell that runs nothing, which ends the connection as
    /// well.
    async fn lost_or_turned_away(&self, command: &Command) -> ExecError {
        // The connection may be lost, and then nothing more arrives.
        match tokio::time::timeout(STORY_PATIENCE, self.master.turned_away()).await {
            Ok(Some(exit)) => self.not_begun(command, self.master.story(), Some(exit)),
            Ok(None) | Err(_) => self.lost(command),
        }
    }

    /// The mux client reports a signal and its own death alike; a request to the master tells them
    /// apart.
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

/// Whether sshd refused a session. The command never ran, so trying again is safe. The error has no
/// kind to match on.
fn refused_for_now(error: &openssh::Error) -> bool {
    format!("{error:?}").contains("Session open refused by peer")
}
