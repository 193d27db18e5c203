//! The progress of a remote command, and the text that was printed before it began.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::marks::Mark;
use crate::{Command, ExecError, Host, Place, sudo};

/// The number of bytes that is enough to name a cause.
const KEPT_BYTES_MAX: usize = 4 << 10;

/// The output limit of a login shell: one that prints more than this will never run the command
/// line.
const PRINTED_BYTES_MAX: usize = 1 << 20;

/// The time limit of a login shell until it runs the command line.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often to check whether a stream has ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// One of a command's two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Output,
    Errors,
}

/// The progress of one command, as the marks on both of its streams report it.
#[derive(Debug, Clone, Default)]
pub(super) struct Story(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    reached: Option<String>,
    begun: bool,
    ended: Option<i32>,
    /// The text on each stream before the line ran, and between that and the command.
    before: [Printed; 2],
    between: [Printed; 2],
    over: [bool; 2],
}

/// The beginning of a printed text.
#[derive(Debug, Default, Clone)]
pub(super) struct Printed {
    kept: Vec<u8>,
    bytes: usize,
}

impl Story {
    /// Notes a mark.
    pub(super) fn mark(&self, mark: Mark) {
        let mut told = self.told();
        match mark {
            Mark::Reached(login) => told.reached = Some(login),
            Mark::Begun => told.begun = true,
            Mark::Ended(exit) => told.ended = Some(exit),
        }
    }

    /// Returns when the time limit of the login shell is over and the line has not run.
    pub(super) async fn is_late(&self) {
        tokio::time::sleep(PATIENCE).await;
        if self.is_reached() {
            std::future::pending::<()>().await;
        }
    }

    /// Adds text that is not the command's own. Too much of it is an error.
    pub(super) fn aside(&self, on: Stream, reached: bool, text: &[u8]) -> Result<(), TooMuch> {
        let mut told = self.told();
        let printed = if reached { &mut told.between } else { &mut told.before };
        let printed = &mut printed[on as usize];
        let room = KEPT_BYTES_MAX.saturating_sub(printed.kept.len()).min(text.len());
        printed.kept.extend_from_slice(&text[..room]);
        printed.bytes += text.len();
        if printed.bytes > PRINTED_BYTES_MAX { Err(TooMuch) } else { Ok(()) }
    }

    /// Notes that a stream has ended.
    pub(super) fn over(&self, on: Stream) {
        self.told().over[on as usize] = true;
    }

    /// Waits for the end of the stream.
    pub(super) async fn end_of(&self, on: Stream) {
        while !self.told().over[on as usize] {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Whether the login shell printed more than its limit.
    pub(super) fn is_too_much(&self) -> bool {
        let told = self.told();
        told.before.iter().chain(&told.between).any(|it| it.bytes > PRINTED_BYTES_MAX)
    }

    pub(super) fn is_reached(&self) -> bool {
        self.told().reached.is_some()
    }

    /// The login name, if it is a plain name.
    pub(super) fn login(&self) -> Option<String> {
        let told = self.told();
        let plain = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
        told.reached.clone().filter(|it| !it.is_empty() && it.chars().all(plain))
    }

    pub(super) fn is_begun(&self) -> bool {
        self.told().begun
    }

    /// The command's exit code, if it came to its end.
    pub(super) fn ended(&self) -> Option<i32> {
        self.told().ended
    }

    /// The text that the login shell printed on standard output.
    pub(super) fn greeting(&self) -> Option<String> {
        self.told().before[Stream::Output as usize].first_line()
    }

    /// What the login shell did instead of running the line; `exit` is its exit code, if it ended.
    pub(super) fn instead(&self, exit: Option<i32>) -> String {
        let told = self.told();
        let said = told.before.iter().find_map(Printed::first_line);
        let said =
            said.map_or_else(|| "printed nothing".to_owned(), |it| format!("printed `{it}`"));
        let much = told.before.iter().any(|it| it.bytes > PRINTED_BYTES_MAX);
        match exit {
            Some(exit) => format!("it {said} and ended with exit code {exit}"),
            None if much => format!("it {said}, and more than 1 MiB after that"),
            None if told.over[Stream::Output as usize] => format!("it {said} and ended"),
            None => format!("it {said}, and did not finish within {} s", PATIENCE.as_secs()),
        }
    }

    /// Why a command did not begin; `exit` is the exit code of its line, if it ended.
    pub(super) fn why_not_begun(
        &self,
        host: &Host,
        command: &Command,
        exit: Option<i32>,
    ) -> ExecError {
        let (host, command, is_sudo) = (host.clone(), command.to_string(), command.is_sudo());
        if !self.is_reached() {
            return ExecError::LoginShell { host, command, how: self.instead(exit) };
        }
        let said = self.between();
        if let Some(refused) = ExecError::of_guard(&host, &command, &said) {
            return refused;
        }
        let on = Place::On(host);
        if is_sudo {
            let last = || said.lines().next_back().unwrap_or("it printed nothing");
            let stderr = sudo::refusal(&said).unwrap_or_else(last).to_owned();
            return ExecError::Sudo { on, command, stderr, login: self.login() };
        }
        let last = said.lines().next_back().unwrap_or("its shell printed nothing");
        ExecError::Start { on, command, reason: last.to_owned() }
    }

    /// The text that was printed after the line ran and before the command began: by sudo, if sudo
    /// runs it.
    pub(super) fn between(&self) -> String {
        let told = self.told();
        let lines: Vec<String> = told.between.iter().rev().flat_map(Printed::lines).collect();
        lines.join("\n")
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error for a login shell that prints more than its limit.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("more than 1 MiB was printed before the command")]
pub(super) struct TooMuch;

impl Printed {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.kept);
        let lines = text.split(['\n', '\r']).map(visible);
        lines.filter(|it| !it.is_empty()).collect()
    }

    fn first_line(&self) -> Option<String> {
        self.lines().into_iter().next()
    }
}

/// A line without control sequences, shortened for a message.
fn visible(line: &str) -> String {
    const CHARS_MAX: usize = 320;
    let mut visible = String::new();
    let mut rest = line.chars().peekable();
    while let Some(it) = rest.next() {
        if it == '\u{1b}' && rest.next_if_eq(&'[').is_some() {
            // Skips to the letter that ends the sequence.
            while rest.next().is_some_and(|it| !it.is_ascii_alphabetic()) {}
        } else if !it.is_control() && it != '\u{feff}' {
            visible.push(it);
        }
    }
    visible.trim().chars().take(CHARS_MAX).collect()
}
