//! The binary as a process: starting it, its output, interrupting it, and what it leaves behind.

use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use hemma_lab::Lab;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::terminal::Terminal;

/// Longer than the slowest deploy on a slow machine: reached only if something hangs.
const LIMIT: Duration = Duration::from_secs(180);

/// A run that has begun.
pub(crate) struct Running {
    child: Child,
    process: Pid,
    started: Instant,
    stdout: Heard,
    stderr: Heard,
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// The output of a stream so far.
struct Heard {
    text: watch::Receiver<String>,
    reading: JoinHandle<()>,
}

impl Running {
    /// Starts the binary in `dir`, in a process group of its own as a shell would, with the
    /// operator's state in `state` there and without a terminal.
    pub(crate) fn start(lab: &Lab, dir: &Path, args: &[&str]) -> Self {
        Self::begin(&mut command(lab, dir, args))
    }

    /// Starts the binary for an operator of another name.
    pub(crate) fn by(who: &str, lab: &Lab, dir: &Path, args: &[&str]) -> Self {
        Self::begin(command(lab, dir, args).env("USER", who))
    }

    /// Starts the binary with something on its standard input.
    pub(crate) fn fed(lab: &Lab, dir: &Path, args: &[&str], input: &[u8]) -> Self {
        let mut file = tempfile::tempfile().expect("a place");
        file.write_all(input).and_then(|()| file.rewind()).expect("it is written");
        Self::begin(command(lab, dir, args).stdin(file))
    }

    /// Starts the binary for another operator, with something on its standard input.
    pub(crate) fn fed_by(who: &str, lab: &Lab, dir: &Path, args: &[&str], input: &[u8]) -> Self {
        let mut file = tempfile::tempfile().expect("a place");
        file.write_all(input).and_then(|()| file.rewind()).expect("it is written");
        Self::begin(command(lab, dir, args).env("USER", who).stdin(file))
    }

    /// Starts the binary with a person at the terminal, who writes with `editor`. Output and input
    /// on the terminal are standard error.
    pub(crate) fn seated(lab: &Lab, dir: &Path, args: &[&str], editor: &str) -> (Self, Terminal) {
        let mut command = command(lab, dir, args);
        command.env("VISUAL", editor).env("XDG_RUNTIME_DIR", dir);
        Self::at(Terminal::open(), command)
    }

    /// Starts the binary with standard output on the terminal as well, as where nothing is piped.
    pub(crate) fn seated_wholly(lab: &Lab, dir: &Path, args: &[&str]) -> (Self, Terminal) {
        let terminal = Terminal::open();
        let mut command = command(lab, dir, args);
        command.stdout(terminal.screen());
        Self::at(terminal, command)
    }

    fn at(terminal: Terminal, mut command: tokio::process::Command) -> (Self, Terminal) {
        command.stdin(terminal.screen()).stderr(terminal.screen()).env("NO_COLOR", "1");
        let mut running = Self::begin(&mut command);
        // The end of the output is seen only when no handle of the screen is left open.
        drop(command);
        running.stderr = Heard::at(&terminal);
        (running, terminal)
    }

    fn begin(command: &mut tokio::process::Command) -> Self {
        let mut child = command.kill_on_drop(true).spawn().expect("the binary starts");
        let id = child.id().and_then(|it| Pid::from_raw(it.try_into().ok()?));
        let stdout = child.stdout.take().map_or_else(Heard::nothing, Heard::new);
        let stderr = child.stderr.take().map_or_else(Heard::nothing, Heard::new);
        let process = id.expect("it was not waited for yet");
        Self { child, process, started: Instant::now(), stdout, stderr }
    }

    /// Waits until standard error contains `words`.
    pub(crate) async fn has_said(&self, words: &str) {
        let mut text = self.stderr.text.clone();
        let heard = text.wait_for(|it| it.contains(words));
        let heard = tokio::time::timeout(LIMIT, heard).await.is_ok_and(|it| it.is_ok());
        assert!(heard, "it never said `{words}`:\n{}", *self.stderr.text.borrow());
    }

    /// Sends a signal to the whole group, as Ctrl-C or a shutdown does.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process_group(self.process, signal).expect("it still runs");
    }

    /// Kills it, which it cannot notice.
    pub(crate) fn kill(&self) {
        kill_process(self.process, Signal::KILL).expect("it still runs");
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it is ours to wait for").is_some()
    }

    /// Waits for its end.
    pub(crate) async fn end(mut self) -> Ran {
        let ended = tokio::time::timeout(LIMIT, self.child.wait()).await;
        let status = ended.expect("it ends in time").expect("it is ours to wait for");
        let took = self.started.elapsed();
        let (stdout, stderr) = (self.stdout.whole().await, self.stderr.whole().await);
        Ran { exit: status.code(), stdout, stderr, took }
    }
}

impl Ran {
    /// The lines with problems: findings that did not pass, and errors.
    pub(crate) fn problems(&self) -> Vec<&str> {
        let finding = |it: &&str| it.starts_with("FAIL  ") || it.starts_with("?     ");
        let found = self.stdout.lines().filter(finding);
        found.chain(self.stderr.lines().filter(|it| it.starts_with("error: "))).collect()
    }

    /// Expects an exit code.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.exit, Some(code), "{self}");
        self
    }

    /// Expects words on either stream. The ssh configuration in a hint is the lab's own and is
    /// ignored.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        let without_file = |text: &str| {
            let mut pieces = text.split("`ssh -F ");
            let first = pieces.next().unwrap_or_default().to_owned();
            pieces.fold(first, |text, it| text + "`ssh " + it.split_once(' ').map_or(it, |it| it.1))
        };
        let mut said = [&self.stdout, &self.stderr].into_iter();
        let said = said.any(|it| it.contains(words) || without_file(it).contains(words));
        assert!(said, "`{words}` was not said\n{self}");
        self
    }

    /// Expects one clear message, with these words in it, and this exit code.
    #[track_caller]
    pub(crate) fn refuses(&self, code: i32, words: &str) -> &Self {
        self.exits(code).says(words);
        assert_eq!(self.problems().len(), 1, "one message was expected\n{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { exit, stdout, stderr, took } = self;
        write!(f, "exit {exit:?} after {took:.1?}\n--- stdout\n{stdout}--- stderr\n{stderr}")
    }
}

impl Heard {
    fn new(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let (said, text) = watch::channel(String::new());
        let reading = tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                said.send_modify(|it| *it = format!("{it}{line}\n"));
            }
        });
        Self { text, reading }
    }

    fn nothing() -> Self {
        Self { text: watch::channel(String::new()).1, reading: tokio::spawn(async {}) }
    }

    /// Reads a terminal until its last user has closed it.
    fn at(terminal: &Terminal) -> Self {
        let (said, text) = watch::channel(String::new());
        let mut shown = terminal.keyboard();
        let reading = tokio::task::spawn_blocking(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = shown.read(&mut piece) {
                let piece = String::from_utf8_lossy(&piece[..length]).replace('\r', "");
                said.send_modify(|it| it.push_str(&piece));
            }
        });
        Self { text, reading }
    }

    /// Reads all of it. An ssh that outlived hemma would hold the stream open, and this would not
    /// end.
    async fn whole(self) -> String {
        let read = tokio::time::timeout(Duration::from_secs(5), self.reading).await;
        read.expect("nobody else holds the stream").expect("reading does not panic");
        self.text.borrow().clone()
    }
}

fn command(lab: &Lab, dir: &Path, args: &[&str]) -> tokio::process::Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "the door of hemma-core has no signals, and the binary is what is tested"
    )]
    let mut command = tokio::process::Command::new(binary());
    command.args(args).current_dir(dir).process_group(0);
    command.env("XDG_STATE_HOME", dir.join("state")).env("HEMMA_LAB_NAME", lab.name());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The binary that cargo built with this test.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a process knows its file");
    let built = test.parent().and_then(Path::parent).map(|it| it.join("hemma-xtask"));
    let built = built.expect("tests lie in target/<profile>/deps");
    assert!(built.is_file(), "`cargo build --package hemma-xtask` makes {}", built.display());
    built
}

/// The ssh processes on this machine with a configuration of `dir`, each with its command line.
pub(crate) fn ssh_with(dir: &Path) -> Vec<String> {
    let config = format!("-F {}/", dir.display());
    let processes = std::fs::read_dir("/proc").expect("Linux has it").flatten();
    processes
        .filter_map(|it| std::fs::read(it.path().join("cmdline")).ok())
        .map(|it| String::from_utf8_lossy(&it).replace('\0', " "))
        .filter(|it| it.starts_with("ssh ") && it.contains(&config))
        .collect()
}

/// The command lines of this process's children, and of theirs.
pub(crate) fn descendants() -> Vec<String> {
    let (mut lines, mut left) = (Vec::new(), children(std::process::id()));
    while let Some(it) = left.pop() {
        left.extend(children(it));
        lines.extend(std::fs::read(format!("/proc/{it}/cmdline")));
    }
    lines.iter().map(|it| String::from_utf8_lossy(it).replace('\0', " ")).collect()
}

/// The children of a process. The kernel lists them by thread, which is so much cheaper than going
/// through all processes that it can be done all the time.
fn children(of: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|it| std::fs::read_to_string(it.path().join("children")).ok());
    lists.flat_map(|it| it.split_whitespace().flat_map(str::parse).collect::<Vec<_>>()).collect()
}
