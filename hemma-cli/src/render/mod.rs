//! The only code that writes to a terminal.
//!
//! Data goes to standard output, everything else to standard error. Words carry the meaning and
//! colour repeats it. With `--json` standard output gets one document and nothing else.

mod count;
pub mod document;
mod page;
mod parts;
mod plan;
mod progress;
mod question;
mod report;
mod size;
mod stream;
mod took;
mod watch;
mod words;

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use hemma_core::{Finding, Heard, News, Part, Progress, Report, Step, Told};
use jiff::tz::TimeZone;

use crate::flags::{Color, Flags};
use crate::speaker::Speaker;
use crate::{Answer, Failure, Proposal, Saved, operator};
pub(crate) use count::grouped;
pub(crate) use page::Page;
use parts::{Parts, Shows};
use progress::Moving;
pub(crate) use stream::Kept;
use stream::Stream;
pub(crate) use took::took;
pub(crate) use watch::changes;
pub(crate) use words::{lost_lines, plain};

/// The operator's terminal: two streams, moving progress lines, and perhaps a person to ask.
#[derive(Clone)]
pub struct Terminal(Arc<Inner>);

struct Inner {
    out: Stream,
    err: Stream,
    moving: Option<Moving>,
    somebody: bool,
    json: bool,
    /// Whether every step and every pass has its own line.
    all: bool,
    /// Which of the streams are terminals.
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
        let input = std::io::stdin().is_terminal();
        let seen = Seen { input, out: out.is_terminal(), err: err.is_terminal() };
        // A moving line needs a terminal whose cursor can go back.
        let moves = seen.err && !is_dumb();
        let somebody = seen.err && input;
        let (for_out, for_err) = (colours(flags, &out), colours(flags, &err));
        Self(Arc::new(Inner {
            out: Stream::new(AutoStream::new(out, for_out), seen.out),
            err: Stream::new(AutoStream::new(err, for_err), seen.err),
            moving: moves.then(Moving::default),
            somebody,
            json: flags.json,
            all: flags.all,
            seen,
            zone: TimeZone::system(),
            speaker: Mutex::default(),
        }))
    }

    /// Streams that are kept and read back, without colour, and without a person to ask.
    pub(crate) fn kept(flags: &Flags) -> (Self, Kept, Kept) {
        let (out, err) = (Kept::default(), Kept::default());
        let terminal = Self(Arc::new(Inner {
            out: Stream::new(out.clone(), false),
            err: Stream::new(err.clone(), false),
            moving: None,
            somebody: false,
            json: flags.json,
            all: flags.all,
            seen: Seen { input: false, out: false, err: false },
            zone: TimeZone::UTC,
            speaker: Mutex::default(),
        }));
        (terminal, out, err)
    }

    /// Sets how commands are written from now on.
    pub(crate) fn speaks(&self, speaker: Speaker) {
        *self.0.speaker.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(speaker);
    }

    /// The speaker, which writes commands.
    pub(crate) fn speaker(&self) -> Arc<Speaker> {
        self.0.speaker.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a person can answer a question.
    pub fn somebody(&self) -> bool {
        self.0.somebody
    }

    /// Whether standard output takes one JSON document instead of words.
    pub fn json(&self) -> bool {
        self.0.json
    }

    /// Whether the reader of standard output has gone, as `head` does.
    pub fn deserted(&self) -> bool {
        self.0.out.deserted()
    }

    /// Writes a line to standard error.
    pub fn note(&self, line: &str) {
        self.err(&format!("{}\n", self.beside().wrapped(&self.speaker().text(line), 2)));
    }

    /// A time by the operator's own clock, with its offset from UTC.
    pub(crate) fn clock(&self, at: jiff::Timestamp) -> jiff::Zoned {
        at.to_zoned(self.0.zone.clone())
    }

    /// The layout of data.
    pub(crate) fn page(&self) -> Page {
        let width = self.0.seen.out.then(size::of_output).flatten().map(|it| it.columns);
        Page { width, folded: self.0.seen.out && !self.0.all }
    }

    /// The layout of standard error.
    fn beside(&self) -> Page {
        let width = self.0.seen.err.then(size::of_errors).flatten().map(|it| it.columns);
        Page { width, folded: self.0.seen.err && !self.0.all }
    }

    /// Shows that something takes a while, until [`Terminal::idle`].
    pub fn busy(&self, what: &str) {
        if let Some(moving) = &self.0.moving {
            moving.spin(what);
        }
    }

    /// Ends what [`Terminal::busy`] began.
    pub fn idle(&self) {
        if let Some(moving) = &self.0.moving {
            moving.stop();
        }
    }

    /// The progress of a long change: moving lines on a terminal, plain lines otherwise.
    pub fn progress(&self) -> Progress {
        let (this, parts) = (self.clone(), Mutex::new(Parts::default()));
        Progress::hearing(move |heard| match (heard, &this.0.moving) {
            (Heard::Line(line), Some(moving)) => moving.spin(&plain(line)),
            (Heard::Line(line), None) => this.err(&format!("  {}\n", plain(line))),
            (Heard::Part(part), Some(moving)) => {
                if let Some(stays) = moving.part(part) {
                    this.err(&format!("  {stays}\n"));
                }
            }
            (Heard::Part(part), None) => this.part(&parts, part),
        })
    }

    /// A line for each event, and none for fetched amounts, which come ten times a second.
    fn part(&self, parts: &Mutex<Parts>, part: &Part) {
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        let shows = parts.hear(part, Instant::now());
        let line = match (&part.news, shows) {
            (News::Waits | News::Fetched(_), _) | (_, Shows::Nothing) => return,
            (News::Done { .. }, Shows::Ends(name, line)) => {
                format!("{name} | {}", line.replacen(&format!("  {name}"), "", 1))
            }
            _ => part.to_string(),
        };
        self.err(&format!("  {}\n", plain(&line)));
    }

    /// Shows a proposal. With `--json` it is part of the document instead.
    pub fn proposal(&self, proposal: &Proposal) {
        let folded = !self.0.all;
        if self.json() {
            let page = Page { folded, ..self.beside() };
            self.err_if_somebody(&plan::proposal(page, proposal));
        } else {
            self.out(&plan::proposal(Page { folded, ..self.page() }, proposal));
        }
    }

    /// Shows the answer.
    pub(crate) fn answer(&self, answer: &Answer) {
        match answer {
            Answer::Report(report) => self.report(report),
            Answer::Text(text, _) | Answer::Data(text, ..) => self.out(text),
            Answer::Pending | Answer::Ended(_) => {}
        }
    }

    /// Shows findings, and then the hints.
    pub fn report(&self, report: &Report) {
        let report = self.speaker().report(report);
        self.out(&report::report(self.page(), &report));
        self.err(&report::hints(self.beside(), &report));
    }

    /// Whether a picture can be redrawn in its place.
    pub(crate) fn redraws(&self) -> bool {
        self.0.seen.out && self.0.moving.is_some()
    }

    /// Clears the screen.
    pub(crate) fn clear(&self) {
        self.out("\u{1b}[2J");
    }

    /// Draws a picture of the findings, in place of the one before.
    pub(crate) fn picture(&self, head: &str, report: &Report) {
        let (page, report) = (self.page(), self.speaker().report(report));
        let (report, hints) = (report::report(page, &report), report::hints(page, &report));
        let text = format!("{}\n{report}{hints}", page.wrapped(head, 2));
        match size::of_output() {
            Some(size) => self.out(&watch::picture(&text, size)),
            None => self.out(&text),
        }
    }

    /// Writes the differences of another look, each line with the time.
    pub(crate) fn changes(&self, at: &str, others: &[&Finding], gone: &[&str]) {
        let found: Report = others.iter().map(|it| (*it).clone()).collect();
        for line in report::report(Page::default(), &found).lines() {
            self.out(&format!("{at}  {line}\n"));
        }
        for subject in gone {
            self.out(&format!("{at}  gone  {}\n", plain(subject)));
        }
    }

    /// The last lines of a run that took something live, or tried to.
    pub(crate) fn ending(&self, lines: &[String]) {
        let page = self.page();
        let speaker = self.speaker();
        let shown = |it: &String| page.wrapped(&plain(&speaker.text(it)), 2);
        let lines: Vec<_> = lines.iter().map(shown).collect();
        self.out(&format!("\n{}\n", lines.join("\n")));
    }

    /// Shows what an unfinished run did.
    pub(crate) fn left_behind(&self, changes: &[&Step], saved: Option<&Saved>, interrupted: bool) {
        if interrupted && self.0.moving.is_some() {
            // The terminal has written `^C` on this line, perhaps behind a prompt.
            self.err("\n");
        }
        self.err(&words::left_behind(self.beside(), changes, saved, interrupted));
    }

    /// Shows a failure.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.err(&words::failure(self.beside(), failure, &self.speaker()));
    }

    /// Shows each question and change with its time.
    pub(crate) fn steps(&self, steps: &[Step], handshakes: usize) {
        self.err(&words::steps(self.beside(), steps, handshakes));
    }

    /// Whether a line can be replaced by another.
    pub(crate) fn watched(&self) -> bool {
        self.0.moving.is_some()
    }

    /// Whether a program with these streams reads from a terminal and writes to one.
    pub(crate) fn own(&self) -> bool {
        self.0.seen.out && self.0.seen.input
    }

    /// Whether one of the streams is a terminal, which may close.
    pub fn may_close(&self) -> bool {
        self.0.seen.out || self.0.seen.err
    }

    /// The sink for a program's own output, byte for byte.
    pub(crate) fn shown(&self) -> Told {
        let this = self.clone();
        Told::new(move |piece| {
            let stream = if this.0.seen.out { &this.0.out } else { &this.0.err };
            stream.write_bytes(piece);
        })
    }

    /// Writes data unchanged.
    pub fn out(&self, text: &str) {
        self.aside(|| self.0.out.write(text));
    }

    pub(crate) fn err(&self, text: &str) {
        self.aside(|| self.0.err.write(text));
    }

    /// Whether standard output could not be written completely, though its reader is there.
    pub(crate) fn is_cut(&self) -> bool {
        self.0.out.is_cut()
    }

    /// Why standard output could not be written completely, unless its reader just left.
    pub(crate) fn loss(&self) -> Option<std::io::Error> {
        self.0.out.loss()
    }

    fn err_if_somebody(&self, text: &str) {
        if self.somebody() {
            self.err(text);
        }
    }

    fn aside(&self, write: impl FnOnce()) {
        match &self.0.moving {
            Some(moving) => moving.aside(write),
            None => write(),
        }
    }
}

/// Whether a stream gets colours. A dumb terminal gets none unless they are forced, even if `CI` is
/// set: the viewer of a CI's log usually shows colours, and a dumb terminal never does.
/// runs us says `CI`: what shows a CI's log usually has colours, and a dumb terminal never does.
fn colours(flags: &Flags, stream: &impl anstream::stream::RawStream) -> ColorChoice {
    match flags.color {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        Color::Auto if stream.is_terminal() && is_dumb() => ColorChoice::Never,
        Color::Auto => AutoStream::choice(stream),
    }
}

/// Whether the terminal can only write line after line.
fn is_dumb() -> bool {
    operator::variable("TERM").is_some_and(|it| it == "dumb")
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Terminal")
    }
}

/// Shows clap's message: help to standard output, a wrong command line to standard error. Returns
/// whether it could be written.
#[expect(clippy::disallowed_methods, reason = "no terminal is made before its flags are read")]
pub(crate) fn usage(error: &clap::Error, flags: &Flags) -> bool {
    let text = error.render();
    if error.use_stderr() && !flags.json {
        let err = std::io::stderr();
        let colours = colours(flags, &err);
        let _ = write!(AutoStream::new(err, colours), "{}", text.ansi());
        return true;
    }
    let terminal = Terminal::of_process(flags);
    if error.use_stderr() {
        terminal.out(&document::Document::usage(&text.to_string()).to_line());
    } else {
        terminal.out(&text.ansi().to_string());
    }
    let Some(why) = terminal.loss() else { return true };
    terminal.failure(&Failure::unwritten(why));
    false
}
