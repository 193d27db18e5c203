//! An excerpt of a step's output: its beginning, the lines that mention an error, those that are
//! unlike the rest, and its end.
//!
//! The classic builder marks standard error, and BuildKit's plain progress does not. So the cause
//! of a failure may be any line, and what follows it is often a long run of lines that resemble
//! each other.

use std::collections::{HashMap, VecDeque};

/// Lines that are kept from the beginning of a step.
const FIRST: usize = 4;
/// Lines that mention an error, wherever they are.
const TELLING: usize = 10;
/// Lines that mention an error in the same way. More of them would take the place of others.
const TELLING_ALIKE: u32 = 3;
/// Lines that no other line resembles, the latest ones.
const SINGLE: usize = 8;
/// Lines that are kept from the end.
const LAST: usize = 14;
/// Kinds of lines that are told apart. Their number is what an output of any length may cost.
const KINDS_MAX: usize = 512;
/// A longer line is cut.
const LINE_CHARS_MAX: usize = 400;

/// The colour in which the builder shows a step's standard error, if it tells the streams apart.
const OF_STDERR: &str = "\u{1b}[91m";

/// The excerpt that is kept of a step's output, however long the output is.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    header: Option<String>,
    first: Vec<Line>,
    telling: Vec<Line>,
    single: VecDeque<Line>,
    last: VecDeque<Line>,
    count: usize,
    /// How often each kind of line came.
    kinds: HashMap<String, u32>,
}

/// A line with its place in the output.
type Line = (usize, String);

impl Excerpt {
    /// Starts a step.
    pub(super) fn begin(&mut self, header: &str) {
        *self = Self { header: Some(header.to_owned()), ..Self::default() };
    }

    /// Adds a line of the step's output.
    pub(super) fn add(&mut self, line: &str) {
        let text: String = line.trim_end().chars().take(LINE_CHARS_MAX).collect();
        if text.trim().is_empty() {
            return;
        }
        let alike = self.counted(kind(&text));
        let tells = tells(&text) && (alike <= TELLING_ALIKE || text.contains(OF_STDERR));
        let numbered = (self.count, text);
        self.count += 1;
        if self.first.len() < FIRST {
            self.first.push(numbered);
        } else if tells && self.telling.len() < TELLING {
            self.telling.push(numbered);
        } else {
            self.last.push_back(numbered);
            self.pass_on();
        }
    }

    /// Takes the oldest of the last lines out if there are too many, and keeps it if no line that
    /// came until now resembles it.
    fn pass_on(&mut self) {
        if self.last.len() <= LAST {
            return;
        }
        let Some(line) = self.last.pop_front() else { return };
        if self.kinds.get(&kind(&line.1)) != Some(&1) {
            return;
        }
        self.single.push_back(line);
        if self.single.len() > SINGLE {
            self.single.pop_front();
        }
    }

    /// Counts a line of this kind, and returns how many there were.
    fn counted(&mut self, kind: String) -> u32 {
        if self.kinds.len() >= KINDS_MAX && !self.kinds.contains_key(&kind) {
            return 1;
        }
        let count = self.kinds.entry(kind).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// The lines in their order; a line in between says how many are left out.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut kept: Vec<&Line> =
            self.first.iter().chain(&self.telling).chain(&self.single).chain(&self.last).collect();
        kept.sort_by_key(|it| it.0);
        let mut lines: Vec<String> = self.header.iter().cloned().collect();
        let mut next = 0;
        for (at, line) in kept {
            if *at > next {
                lines.push(format!("… {} lines …", at - next));
            }
            next = at + 1;
            lines.push(line.clone());
        }
        lines
    }
}

/// What lines of one kind have in common: the letters of their first word that has any. A run of
/// lines from one program begins each with the same word (`Compiling`, `npm`, a level of a log).
fn kind(line: &str) -> String {
    let plain = line.replace(OF_STDERR, "");
    let word = plain.split_whitespace().find(|it| it.chars().any(char::is_alphabetic));
    word.unwrap_or_default().chars().filter(|it| it.is_alphabetic()).take(24).collect()
}

/// Whether a line mentions an error.
fn tells(line: &str) -> bool {
    const WORDS: [&str; 9] = [
        "error",
        "fatal",
        "traceback",
        "exception",
        "no such",
        "not found",
        "denied",
        "failed",
        "cannot",
    ];
    let lower = line.to_lowercase();
    line.contains(OF_STDERR) || WORDS.iter().any(|it| lower.contains(it))
}
