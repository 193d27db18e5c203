//! A terminal with a screen that can be read, and the binary on it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fd::OwnedFd;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Longer than any of these runs takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A person's seat at a terminal on which hemma runs.
pub(crate) struct Seat {
    keyboard: Option<OwnedFd>,
    shown: Arc<Mutex<Shown>>,
    run: Child,
    reading: Option<thread::JoinHandle<()>>,
}

struct Shown {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

/// The end of a run, and its output.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// All lines, including those that scrolled off the screen.
    pub(crate) lines: Vec<String>,
    /// Lines that the terminal itself had to break.
    pub(crate) broken: Vec<String>,
    /// The output, byte for byte.
    pub(crate) bytes: String,
}

impl Seat {
    pub(crate) fn at(rows: u16, columns: u16, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::with(rows, columns, args, env, None)
    }

    /// Starts a run, with standard output in a file if one is given.
    pub(crate) fn with(
        rows: u16,
        columns: u16,
        args: &[&str],
        env: &[(&str, &str)],
        output: Option<&str>,
    ) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let keyboard = openpt(flags).expect("the system has terminals");
        grantpt(&keyboard).and_then(|()| unlockpt(&keyboard)).expect("it is ours");
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&keyboard, size).expect("it has a size");
        let name = ptsname(&keyboard, Vec::new()).expect("it has a name");
        let screen = PathBuf::from(name.to_str().expect("a path of the system's"));
        let open = || {
            let not_ours = OpenptFlags::NOCTTY.bits().try_into().expect("a flag of the system's");
            let mut options = OpenOptions::new();
            options
                .read(true)
                .write(true)
                .custom_flags(not_ours)
                .open(&screen)
                .expect("it is there")
        };
        let out = output.map_or_else(open, |it| File::create(it).expect("it can be written"));
        let mut command = sitting(args);
        command.env("TERM", "xterm-256color").envs(env.iter().copied());
        let run = command.stdin(open()).stdout(out).stderr(open()).spawn().expect("it starts");
        let shown = Shown { screen: vt100::Parser::new(rows, columns, 2000), bytes: Vec::new() };
        let shown = Arc::new(Mutex::new(shown));
        let reading = read(keyboard.try_clone().expect("one more name for it"), &shown);
        Self { keyboard: Some(keyboard), shown, run, reading: Some(reading) }
    }

    /// Waits until these words have been written.
    #[track_caller]
    pub(crate) fn sees(&mut self, words: &str) {
        self.sees_what(|it| it.contains(words));
    }

    /// Waits until the output meets a condition.
    #[track_caller]
    pub(crate) fn sees_what(&mut self, is_it: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !is_it(&self.bytes()) {
            assert!(begun.elapsed() < PATIENCE, "it did not come: {:#?}", self.lines());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Changes the size of the terminal.
    pub(crate) fn resizes(&mut self, rows: u16, columns: u16) {
        let keyboard = self.keyboard.as_ref().expect("it is open");
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        self.shown.lock().expect("nobody panics").screen.screen_mut().set_size(rows, columns);
        tcsetwinsize(keyboard, size).expect("it has a size");
    }

    /// Types keys.
    pub(crate) fn types(&self, keys: &str) {
        let keyboard = self.keyboard.as_ref().expect("it is open").try_clone().expect("it is open");
        File::from(keyboard).write_all(keys.as_bytes()).expect("somebody has it open");
    }

    /// Whether the run still waits, a moment later.
    pub(crate) fn is_at_it(&mut self) -> bool {
        thread::sleep(Duration::from_millis(500));
        self.run.try_wait().expect("it is our child").is_none()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        whole(&mut self.shown.lock().expect("nobody panics").screen).0
    }

    /// Waits for the end of the run.
    pub(crate) fn ends(&mut self) -> Ended {
        let code = self.wait();
        // The screen has no writer any more, so reading ends as well.
        self.reading.take().map(thread::JoinHandle::join);
        let bytes = self.bytes();
        let mut shown = self.shown.lock().expect("nobody panics");
        let (lines, broken) = whole(&mut shown.screen);
        Ended { code, lines, broken, bytes }
    }

    /// Closes the terminal, and waits for the end of the run.
    pub(crate) fn closes(&mut self) -> Option<i32> {
        // The reader's handle has to go as well, or the terminal would stay open.
        self.keyboard = None;
        self.shown.lock().expect("nobody panics").bytes.push(CLOSED);
        self.reading.take().map(thread::JoinHandle::join);
        self.wait()
    }

    fn wait(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.run.try_wait().expect("it is our child") {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end: {:#?}", self.lines());
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("nobody panics").bytes).into_owned()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let _ = self.run.kill();
        let _ = self.run.wait();
    }
}

/// A byte that no program writes as text.
const CLOSED: u8 = 0xff;

fn read(from: OwnedFd, shown: &Arc<Mutex<Shown>>) -> thread::JoinHandle<()> {
    let shown = Arc::clone(shown);
    rustix::io::ioctl_fionbio(&from, true).expect("it can be asked without waiting");
    let mut from = File::from(from);
    thread::spawn(move || {
        let mut piece = [0; 4096];
        loop {
            match from.read(&mut piece) {
                Ok(0) => return,
                Ok(length) => {
                    let mut shown = shown.lock().expect("nobody panics");
                    shown.bytes.extend(&piece[..length]);
                    shown.screen.process(&piece[..length]);
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    if shown.lock().expect("nobody panics").bytes.last() == Some(&CLOSED) {
                        return;
                    }
                    thread::sleep(Duration::from_millis(5));
                }
                Err(_) => return,
            }
        }
    })
}

/// All lines of a screen, including those that scrolled off, and those that it broke by itself.
fn whole(parser: &mut vt100::Parser) -> (Vec<String>, Vec<String>) {
    parser.screen_mut().set_scrollback(usize::MAX);
    let (rows, columns) = parser.screen().size();
    let (mut lines, mut broken) = (Vec::new(), Vec::new());
    let mut back = parser.screen().scrollback();
    loop {
        parser.screen_mut().set_scrollback(back);
        let screen = parser.screen();
        let last = if back == 0 { rows } else { 1 };
        for (at, line) in screen.rows(0, columns).take(last.into()).enumerate() {
            let at = u16::try_from(at).expect("a screen is small");
            if screen.row_wrapped(at) {
                broken.push(line.clone());
            }
            lines.push(line.trim_end().to_owned());
        }
        match back.checked_sub(1) {
            Some(next) => back = next,
            None => return (lines, broken),
        }
    }
}

/// The binary, away from any `hemma.toml`.
#[expect(clippy::disallowed_methods, reason = "the binary is what is tested")]
pub(crate) fn hemma(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hemma-xtask"));
    command.args(args).current_dir(std::env::temp_dir()).stdin(Stdio::null());
    command
}

/// The binary in its own session with the terminal: interrupting keys reach nothing else.
#[expect(clippy::disallowed_methods, reason = "the binary is what is tested")]
fn sitting(args: &[&str]) -> Command {
    let mut command = Command::new("setsid");
    command.arg("--ctty").arg(env!("CARGO_BIN_EXE_hemma-xtask")).args(args);
    command.current_dir(std::env::temp_dir());
    command
}
