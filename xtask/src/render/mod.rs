//! The only code that writes to a terminal.
//!
//! Data goes to standard output, everything else to standard error. Words carry the meaning and
//! colour repeats it. With `--json` standard output gets one document and nothing else.

pub mod document;
mod page;
mod plan;
mod progress;
mod question;
mod report;
mod size;
mod stream;
mod words;

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use hemma_core::{Progress, Report, Step, Told};
use jiff::tz::TimeZone;

use crate::cli::{Color, Flags};
use crate::speaker::Speaker;
use crate::{Answer, Failure, Proposal, Saved, operator};
pub(crate) use page::Page;
use progress::Spinner;
pub(crate) use stream::Kept;
use stream::Stream;
pub(crate) use words::{lost_lines, plain};

/// Where the operator sits: two streams, a spinner between them, and perhaps somebody to ask.
#[derive(Clone)]
pub struct Terminal(Arc<Inner>);

struct Inner {
    out: Stream,
    err: Stream,
    spinner: Option<Spinner>,
    somebody: bool,
    json: bool,
    /// Whether every step and every pass has a line of its own.
    all: bool,
    /// Which of the streams is a terminal.
    seen: Seen,
    zone: TimeZone,
    speaker: Mutex<Arc<Speaker>>,
}

#[derive(Clone, Copy)]
struct Seen {
    input: bool,
    out: bool,
    err: bool,
}

impl Terminal {
    /// The streams of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that has the streams")]
    pub(crate) fn of_process(flags: &Flags) -> Self {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let choice = |auto: ColorChoice| match flags.color {
            Color::Auto => auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let input = std::io::stdin().is_terminal();
        let seen = Seen { input, out: out.is_terminal(), err: err.is_terminal() };
        // A line that moves wants a terminal that can go back on it.
        let moves = seen.err && operator::variable("TERM").is_none_or(|it| it != "dumb");
        let somebody = seen.err && input;
        let (for_out, for_err) = (AutoStream::choice(&out), AutoStream::choice(&err));
        Self(Arc::new(Inner {
            out: Stream::new(AutoStream::new(out, choice(for_out)), seen.out),
            err: Stream::new(AutoStream::new(err, choice(for_err)), seen.err),
            spinner: moves.then(Spinner::default),
            somebody,
            json: flags.json,
            all: flags.all,
            seen,
            zone: TimeZone::system(),
            speaker: Mutex::default(),
        }))
    }

    /// Streams that are kept and read back, without colour, and with nobody to ask.
    pub(crate) fn kept(flags: &Flags) -> (Self, Kept, Kept) {
        let (out, err) = (Kept::default(), Kept::default());
        let terminal = Self(Arc::new(Inner {
            out: Stream::new(out.clone(), false),
            err: Stream::new(err.clone(), false),
            spinner: None,
            somebody: false,
            json: flags.json,
            all: flags.all,
            seen: Seen { input: false, out: false, err: false },
            zone: TimeZone::UTC,
            speaker: Mutex::default(),
        }));
        (terminal, out, err)
    }

    /// How commands are said from now on.
    pub(crate) fn speaks(&self, speaker: Speaker) {
        *self.0.speaker.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(speaker);
    }

    /// How commands are said.
    pub(crate) fn speaker(&self) -> Arc<Speaker> {
        self.0.speaker.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether somebody is there who can answer a question.
    pub fn somebody(&self) -> bool {
        self.0.somebody
    }

    /// Whether standard output takes one JSON document instead of words.
    pub fn json(&self) -> bool {
        self.0.json
    }

    /// Whether whoever read standard output has gone away, as `head` does.
    pub fn deserted(&self) -> bool {
        self.0.out.deserted()
    }

    /// Says a line beside the data.
    pub fn note(&self, line: &str) {
        self.err(&format!("{}\n", self.beside().wrapped(&self.speaker().text(line), 2)));
    }

    /// A time as the operator's own clock has it, with how far that is from UTC.
    pub(crate) fn clock(&self, at: jiff::Timestamp) -> jiff::Zoned {
        at.to_zoned(self.0.zone.clone())
    }

    /// How data is laid out.
    pub(crate) fn page(&self) -> Page {
        let width = self.0.seen.out.then(size::of_output).flatten().map(|it| it.columns);
        Page { width, folded: self.0.seen.out && !self.0.all }
    }

    /// How what stands beside the data is laid out.
    fn beside(&self) -> Page {
        let width = self.0.seen.err.then(size::of_errors).flatten().map(|it| it.columns);
        Page { width, folded: self.0.seen.err && !self.0.all }
    }

    /// Says that something takes a while, until [`Terminal::idle`].
    pub fn busy(&self, what: &str) {
        if let Some(spinner) = &self.0.spinner {
            spinner.spin(what);
        }
    }

    /// Nothing takes a while any more.
    pub fn idle(&self) {
        if let Some(spinner) = &self.0.spinner {
            spinner.stop();
        }
    }

    /// Where a long change says how far it has come: a spinner's text where somebody watches,
    /// plain lines where not.
    pub fn progress(&self) -> Progress {
        let this = self.clone();
        Progress::new(move |line| match &this.0.spinner {
            Some(spinner) => spinner.spin(&plain(line)),
            None => this.err(&format!("  {}\n", plain(line))),
        })
    }

    /// Shows what would be done. With `--json` it is part of the document instead.
    pub fn proposal(&self, proposal: &Proposal) {
        let folded = !self.0.all;
        if self.json() {
            let page = Page { folded, ..self.beside() };
            self.err_if_somebody(&plan::proposal(page, proposal));
        } else {
            self.out(&plan::proposal(Page { folded, ..self.page() }, proposal));
        }
    }

    /// Asks, and takes nothing but a yes for one. What was typed before the question stood there
    /// is no answer to it.
    pub(crate) async fn agrees(&self, question: &str) -> bool {
        self.idle();
        question::forget_what_was_typed();
        self.err(&format!("{} [y/N] ", self.beside().wrapped(question, 2)));
        let Some(answer) = question::answer().await else {
            // Ctrl-D leaves the cursor behind the question.
            self.err("\n");
            return false;
        };
        matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// Shows what was found or done.
    pub(crate) fn answer(&self, answer: &Answer) {
        match answer {
            Answer::Report(report) => self.report(report),
            Answer::Text(text, _) | Answer::Data(text, _) => self.out(text),
            Answer::Pending | Answer::Ended(_) => {}
        }
    }

    /// Shows findings, and then the next things to do.
    pub fn report(&self, report: &Report) {
        let report = self.speaker().report(report);
        self.out(&report::report(self.page(), &report));
        self.err(&report::hints(self.beside(), &report));
    }

    /// Shows what a run that did not come to its end did before.
    pub(crate) fn left_behind(&self, changes: &[&Step], saved: Option<&Saved>, interrupted: bool) {
        if interrupted && self.0.spinner.is_some() {
            // The terminal has written `^C` on this line, perhaps behind a prompt.
            self.err("\n");
        }
        self.err(&words::left_behind(changes, saved, interrupted));
    }

    /// Shows why there is no answer.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.err(&words::failure(self.beside(), failure, &self.speaker()));
    }

    /// Shows each question and change with its time.
    pub(crate) fn steps(&self, steps: &[Step], handshakes: usize) {
        self.err(&words::steps(steps, handshakes));
    }

    /// Whether a line can be taken back and written again.
    pub(crate) fn watched(&self) -> bool {
        self.0.spinner.is_some()
    }

    /// Whether a program that has our streams reads from a terminal and writes to one.
    pub(crate) fn own(&self) -> bool {
        self.0.seen.out && self.0.seen.input
    }

    /// Whether one of the streams is a terminal, which may close.
    pub fn may_close(&self) -> bool {
        self.0.seen.out || self.0.seen.err
    }

    /// Where a program's own words are shown, byte for byte.
    pub(crate) fn shown(&self) -> Told {
        let this = self.clone();
        Told::new(move |piece| {
            let stream = if this.0.seen.out { &this.0.out } else { &this.0.err };
            stream.write_bytes(piece);
        })
    }

    /// Writes data as it is.
    pub fn out(&self, text: &str) {
        self.aside(|| self.0.out.write(text));
    }

    pub(crate) fn err(&self, text: &str) {
        self.aside(|| self.0.err.write(text));
    }

    /// Whether standard output could not be written to its end, though its reader is there.
    pub(crate) fn is_cut(&self) -> bool {
        self.0.out.is_cut()
    }

    /// Why standard output could not be written to its end, unless its reader just left.
    pub(crate) fn loss(&self) -> Option<std::io::Error> {
        self.0.out.loss()
    }

    fn err_if_somebody(&self, text: &str) {
        if self.somebody() {
            self.err(text);
        }
    }

    fn aside(&self, write: impl FnOnce()) {
        match &self.0.spinner {
            Some(spinner) => spinner.aside(write),
            None => write(),
        }
    }
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Terminal")
    }
}

/// Shows what clap has to say: help to standard output, a wrong command line to standard error.
#[expect(clippy::disallowed_methods, reason = "no terminal is made before its flags are read")]
pub(crate) fn usage(error: &clap::Error, json: bool) {
    let text = error.render();
    if !error.use_stderr() {
        // Whoever piped the help into `head` has what they want.
        let _ = write!(AutoStream::auto(std::io::stdout()), "{}", text.ansi());
    } else if json {
        let document = document::Document::usage(&text.to_string());
        let _ = std::io::stdout().write_all(document.to_line().as_bytes());
    } else {
        let _ = write!(AutoStream::auto(std::io::stderr()), "{}", text.ansi());
    }
}
