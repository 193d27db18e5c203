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

/// The exit code of ssh when ssh itself failed, and not a command.
pub(super) const SSH_FAILED: i32 = 255;

/// How long to wait for the end of a connection after its streams have ended.
pub(super) const STORY_PATIENCE: Duration = Duration::from_millis(300);

/// How often to check for the control socket. A handshake takes a hundred times as long.
const LOOK_EVERY: Duration = Duration::from_millis(3);

/// One ssh connection, held by a child process, for callers that keep it longer than a run.
///
/// ssh runs as a child, so that its death is seen at once and its output tells the cause. It runs
/// `cat` on the host instead of `-N`: when hemma is killed, the pipe to that `cat` closes, the
/// session ends, and ssh with it. An `ssh -N` would stay for ever. The echo of `cat` also proves
/// the whole way there and back, which `ssh -O check` does not.
///
/// Dropping it kills the process at once; [`SshMaster::end`] also waits until it is gone.
#[derive(Debug)]
pub struct SshMaster {
    child: Mutex<Child>,
    echo: Mutex<(Option<ChildStdin>, Option<Echo>)>,
    words: Mutex<Option<ChildStderr>>,
    story: Story,
    socket: PathBuf,
    _dir: SocketDir,
}

/// The bytes that come back from the host, without the output of its login shell.
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
    /// Connects. Returns when the host has accepted the login, or with ssh's reason for the
    /// failure.
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

    /// The path of the control socket, which speaks the protocol of OpenSSH's `PROTOCOL.mux`.
    pub fn socket(&self) -> &std::path::Path {
        &self.socket
    }

    /// The two ends of an echo over the host: bytes written to the first come back from the second.
    /// Returns them only once; dropping the writing half ends the connection.
    pub async fn echo(&self) -> Option<(ChildStdin, Echo)> {
        let mut echo = self.echo.lock().await;
        echo.0.take().zip(echo.1.take())
    }

    /// Reads the echo and ssh's output to their ends, for a caller that only needs the result. A
    /// full pipe would stop ssh.
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

    /// The progress of its own command.
    pub(super) fn story(&self) -> &Story {
        &self.story
    }

    /// Waits for the end of the connection. Returns the exit code of the host's login shell if it
    /// ended without running the command line, and `None` if the connection was lost.
    pub(super) async fn turned_away(&self) -> Option<i32> {
        let status = self.child.lock().await.wait().await.ok()?;
        self.story.end_of(Stream::Output).await;
        // ssh's own exit code says nothing about the login shell.
        let exit = status.code().filter(|it| *it != SSH_FAILED)?;
        (!self.story.is_reached()).then_some(exit)
    }

    /// What the host's login shell did instead of running the command line, if the connection has
    /// ended for that reason.
    pub async fn why_turned_away(&self) -> Option<String> {
        let exit = tokio::time::timeout(STORY_PATIENCE, self.turned_away()).await.ok()??;
        Some(format!("the host's login shell ran no command: {}", self.story.instead(Some(exit))))
    }

    /// ssh's output from now on. Returns it only once.
    pub async fn words(&self) -> Option<ChildStderr> {
        self.words.lock().await.take()
    }

    /// Waits until the process has ended by itself.
    pub async fn died(&self) {
        // An error means that it is gone as well.
        let _ = self.child.lock().await.wait().await;
    }

    /// Kills the process, for a link that is already dead.
    pub async fn kill(&self) {
        // The process is gone or cannot be killed; nothing more can be done in either case.
        let _ = self.child.lock().await.kill().await;
    }

    /// Ends the connection, and waits until the process is gone.
    ///
    /// No command uses the connection any more, so ssh is killed: a regular goodbye takes two round
    /// trips, and for ever on a dead link. The host sees the connection close either way.
    pub async fn end(&self) {
        self.echo.lock().await.0.take();
        // The process may have ended by itself.
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
        // A prompt in the middle of a run would never be answered.
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ControlPersist=no",
        // Forwards in the operator's configuration are for the operator's own sessions.
        "ClearAllForwardings=yes",
        "RemoteCommand=none",
        "RequestTTY=no",
        "ServerAliveInterval=5",
        "ServerAliveCountMax=3",
        // ssh reports only from this level on whether the service refused a forward or the host
        // forbids it.
        "LogLevel=INFO",
    ] {
        ssh.args(["-o", option]);
    }
    ssh.arg("-o").arg(format!("ConnectTimeout={}", options.patience.as_secs().max(1)));
    ssh.args(["--", host.as_str(), line]);
    if !options.foreground {
        // Ctrl-C at the terminal must reach hemma and not the connection.
        ssh.process_group(0);
    }
    ssh.kill_on_drop(true);
    ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    ssh
}

async fn wait_for(socket: &std::path::Path, patience: Duration) -> bool {
    // A name that resolves to several addresses may take ssh's own limit for each of them.
    let deadline = Instant::now() + patience * 2;
    while Instant::now() < deadline {
        if socket.exists() {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}
