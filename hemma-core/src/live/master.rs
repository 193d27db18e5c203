//! The ssh process that holds a connection open for all commands to one host.

use std::path::PathBuf;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::Mutex;

use super::drain::drain;
use super::marks::Marks;
use super::remote_line::echo;
use super::sieve::{Sieve, Sieved};
use super::socket_dir::SocketDir;
use super::story::{Story, Stream};
use super::{ConnectError, SshOptions};
use crate::{Host, Progress};

/// What ssh's own exit code is when it, and not a command, has failed.
pub(super) const SSH_FAILED: i32 = 255;

/// How soon the end of a connection is known after its streams have ended.
pub(super) const STORY_PATIENCE: Duration = Duration::from_millis(300);

/// How often we look whether the control socket is there. A handshake takes a hundred times that.
const LOOK_EVERY: Duration = Duration::from_millis(3);

/// One ssh connection, held by a process of ours, for those who keep it longer than a run.
///
/// A child, so that its death is seen at once and its own words tell the cause. It runs `cat` on
/// the host and not `-N`: when hemma is killed the pipe to that `cat` closes, the session ends,
/// and ssh with it. An `ssh -N` would stay for ever. And what `cat` sends back proves the whole
/// way there and back, which `ssh -O check` does not.
///
/// Dropping it kills the process at once; [`SshMaster::end`] lets it say goodbye.
#[derive(Debug)]
pub struct SshMaster {
    child: Mutex<Child>,
    echo: Mutex<(Option<ChildStdin>, Option<Echo>)>,
    words: Mutex<Option<ChildStderr>>,
    story: Story,
    socket: PathBuf,
    _dir: SocketDir,
}

/// What comes back over the host. What its login shell prints before is not among it.
#[derive(Debug)]
pub struct Echo(Sieved<ChildStdout>);

impl AsyncRead for Echo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl SshMaster {
    /// Makes the connection: returns when the host has let us in, or with ssh's reason why not.
    pub async fn start(host: &Host, options: &SshOptions) -> Result<Self, ConnectError> {
        let no_ssh = |source: std::io::Error| ConnectError::NoSsh { said: source.to_string() };
        let no_socket =
            |source: std::io::Error| ConnectError::NoSocket { said: source.to_string() };
        let dir = SocketDir::create().map_err(no_socket)?;
        let socket = dir.path().join("ctl");
        let marks = Marks::new();
        let line = echo(&marks);
        let mut child = process(host, options, &socket, &line).spawn().map_err(no_ssh)?;
        let story = Story::default();
        let sieve = Sieve::new(&marks, Stream::Output, &story);
        let from = child.stdout.take().map(|it| Echo(Sieved::new(it, sieve)));
        let echo = (child.stdin.take(), from);
        let mut words = child.stderr.take();
        let silent = Progress::silent();
        let said = async {
            match &mut words {
                Some(words) => drain(words, &silent).await.unwrap_or_default(),
                None => String::new(),
            }
        };
        tokio::select! {
            listening = wait_for(&socket, options.patience) => {
                if !listening {
                    let said = format!("no handshake within {} s", options.patience.as_secs());
                    return Err(ConnectError::TimedOut { said });
                }
            }
            said = said => return Err(ConnectError::from_stderr(&said)),
        }
        let (child, echo, words) = (Mutex::new(child), Mutex::new(echo), Mutex::new(words));
        Ok(Self { child, echo, words, story, socket, _dir: dir })
    }

    /// Where it takes requests, in the protocol of OpenSSH's `PROTOCOL.mux`.
    pub fn socket(&self) -> &std::path::Path {
        &self.socket
    }

    /// What is written to the one comes back from the other, over the host. Only once; whoever
    /// took it ends the connection by dropping the writing half.
    pub async fn echo(&self) -> Option<(ChildStdin, Echo)> {
        let mut echo = self.echo.lock().await;
        echo.0.take().zip(echo.1.take())
    }

    /// Reads what comes back, and what ssh says, to their ends: for those who only want to know how
    /// that went. A pipe that is full would stop ssh.
    pub(super) async fn listen(&self) {
        let (from, words) = (self.echo.lock().await.1.take(), self.words.lock().await.take());
        // Both end with the connection.
        if let Some(mut from) = from {
            tokio::spawn(async move { tokio::io::copy(&mut from, &mut tokio::io::sink()).await });
        }
        if let Some(mut words) = words {
            tokio::spawn(async move { tokio::io::copy(&mut words, &mut tokio::io::sink()).await });
        }
    }

    /// How far its own command has come.
    pub(super) fn story(&self) -> &Story {
        &self.story
    }

    /// Waits for the end of the connection. Gives the exit code of the host's login shell if it has
    /// ended without running anything, and `None` if the connection was lost.
    pub(super) async fn turned_away(&self) -> Option<i32> {
        let status = self.child.lock().await.wait().await.ok()?;
        self.story.end_of(Stream::Output).await;
        // Its own exit code says nothing of the login shell.
        let exit = status.code().filter(|it| *it != SSH_FAILED)?;
        (!self.story.is_reached()).then_some(exit)
    }

    /// What the host's login shell did instead of running anything, if the connection has ended for
    /// that reason.
    pub async fn why_turned_away(&self) -> Option<String> {
        let exit = tokio::time::timeout(STORY_PATIENCE, self.turned_away()).await.ok()??;
        Some(format!("the host's login shell ran no command: {}", self.story.instead(Some(exit))))
    }

    /// What ssh says from now on. Only once.
    pub async fn words(&self) -> Option<ChildStderr> {
        self.words.lock().await.take()
    }

    /// Waits until the process has ended by itself.
    pub async fn died(&self) {
        // Without a status to read it is gone as well.
        let _ = self.child.lock().await.wait().await;
    }

    /// Ends it at once, for a link that is dead already.
    pub async fn kill(&self) {
        // It is gone or it cannot be killed; there is nothing more to do in either case.
        let _ = self.child.lock().await.kill().await;
    }

    /// Ends it, and waits until it is gone.
    ///
    /// Nothing of ours is left on it, so it is not asked to say goodbye: that would take two round
    /// trips, and on a dead link for ever. The host sees the connection close either way.
    pub async fn end(&self) {
        self.echo.lock().await.0.take();
        // It may have ended by itself.
        let _ = self.child.lock().await.kill().await;
    }
}

fn process(
    host: &Host,
    options: &SshOptions,
    socket: &std::path::Path,
    line: &str,
) -> tokio::process::Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one door to ssh")]
    let mut ssh = tokio::process::Command::new("ssh");
    if let Some(file) = &options.config_file {
        ssh.arg("-F").arg(file);
    }
    ssh.args(["-M", "-T", "-S"]).arg(socket);
    for option in [
        // Nobody is there to answer a prompt in the middle of a run.
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ControlPersist=no",
        // Forwards from the operator's configuration belong to their own sessions.
        "ClearAllForwardings=yes",
        "RemoteCommand=none",
        "RequestTTY=no",
        "ServerAliveInterval=5",
        "ServerAliveCountMax=3",
        // Whether a forward was refused by the service or forbidden by the host is said at this
        // level only.
        "LogLevel=INFO",
    ] {
        ssh.args(["-o", option]);
    }
    ssh.arg("-o").arg(format!("ConnectTimeout={}", options.patience.as_secs().max(1)));
    ssh.args(["--", host.as_str(), line]);
    if !options.foreground {
        // Ctrl-C at the terminal is for us to act on, not for the connection.
        ssh.process_group(0);
    }
    ssh.kill_on_drop(true);
    ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    ssh
}

async fn wait_for(socket: &std::path::Path, patience: Duration) -> bool {
    // A name that resolves to several addresses may take ssh's own limit for each.
    let deadline = Instant::now() + patience * 2;
    while Instant::now() < deadline {
        if socket.exists() {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}
