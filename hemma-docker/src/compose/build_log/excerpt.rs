//! An excerpt of a step's output: its beginning, the lines that mention an error, and its end.

use std::collections::VecDeque;

/// Lines that are kept from the beginning of a step.
const FIRST: usize = 4;
/// Lines that mention an error, wherever they are.
const TELLING: usize = 10;
/// Lines that are kept from the end.
const LAST: usize = 14;
/// A longer line is cut.
const LINE_CHARS_MAX: usize = 400;

/// The colour in which the builder shows a step's standard error, if it tells the streams apart.
const OF_STDERR: &str = "\u{1b}[91m";

/// The excerpt that is kept of a step's output, however long the output is.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    header: Option<String>,
    first: Vec<(usize, String)>,
    telling: Vec<(usize, String)>,
    last: VecDeque<(usize, String)>,
    count: usize,
}

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
        let numbered = (self.count, text);
        self.count += 1;
        if self.first.len() < FIRST {
            self.first.push(numbered);
            return;
        }
        if self.telling.len() < TELLING && tells(line) {
            self.telling.push(numbered);
            return;
        }
        self.last.push_back(numbered);
        if self.last.len() > LAST {
            self.last.pop_front();
        }
    }

    /// The lines in their order; a line in between says how many are left out.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut kept: Vec<&(usize, String)> =
            self.first.iter().chain(&self.telling).chain(&self.last).collect();
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
