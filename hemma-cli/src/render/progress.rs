//! Moving progress lines: one for the whole, and one for each of the things in progress.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hemma_core::Part;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::parts::{Parts, Shows};
use super::size;

/// The rows of a terminal that are left to other output.
const ROWS_LEFT: usize = 4;

/// The rows of a terminal of unknown size.
const ROWS: usize = 24;

#[derive(Default)]
pub(super) struct Moving(Mutex<Option<Shown>>);

struct Shown {
    all: MultiProgress,
    head: ProgressBar,
    parts: Parts,
    lines: Vec<(String, ProgressBar)>,
}

impl Moving {
    /// Starts a new activity.
    pub(super) fn spin(&self, what: &str) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = shown.get_or_insert_with(Shown::begin);
        shown.forget_parts();
        shown.head.set_message(what.to_owned());
    }

    /// Shows an event of one part. Returns the final line when the part is done.
    pub(super) fn part(&self, part: &Part) -> Option<String> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get_or_insert_with(Shown::begin).part(part)
    }

    pub(super) fn stop(&self) {
        if let Some(mut shown) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            shown.forget_parts();
            shown.head.finish_and_clear();
        }
    }

    /// Removes the lines, calls `write`, and restores them.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(shown) => shown.all.suspend(write),
            None => write(),
        }
    }
}

impl Shown {
    fn begin() -> Self {
        let all = MultiProgress::new();
        let head = all.add(bar("{spinner} {wide_msg} {elapsed}"));
        head.enable_steady_tick(Duration::from_millis(120));
        Self { all, head, parts: Parts::default(), lines: Vec::new() }
    }

    fn part(&mut self, part: &Part) -> Option<String> {
        let shows = self.parts.hear(part, Instant::now());
        let stays = match shows {
            Shows::Nothing => return None,
            Shows::Shared(text) => {
                self.head.set_message(format!("{}; {text}", self.parts.summary()));
                return None;
            }
            Shows::Moves(name, text) => {
                if let Some(line) = self.line(&name) {
                    line.set_message(text);
                }
                None
            }
            Shows::Ends(name, text) => {
                if let Some(at) = self.lines.iter().position(|it| it.0 == name) {
                    let (_, line) = self.lines.remove(at);
                    line.finish_and_clear();
                    self.all.remove(&line);
                }
                Some(text)
            }
        };
        self.head.set_message(self.parts.summary());
        stays
    }

    /// The line of a part, if the terminal has room for one more.
    fn line(&mut self, name: &str) -> Option<&ProgressBar> {
        if let Some(at) = self.lines.iter().position(|it| it.0 == name) {
            return Some(&self.lines[at].1);
        }
        let rows = size::of_errors().map_or(ROWS, |it| it.rows);
        if self.lines.len() >= rows.saturating_sub(ROWS_LEFT).max(1) {
            return None;
        }
        let line = self.all.add(bar("  {prefix}  {wide_msg} {elapsed}"));
        line.set_prefix(format!("{name:width$}", width = self.parts.width()));
        line.enable_steady_tick(Duration::from_secs(1));
        self.lines.push((name.to_owned(), line));
        self.lines.last().map(|it| &it.1)
    }

    fn forget_parts(&mut self) {
        for (_, line) in self.lines.drain(..) {
            line.finish_and_clear();
            self.all.remove(&line);
        }
        self.parts = Parts::default();
    }
}

fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template(template);
    style.map_or(bar.clone(), |it| bar.with_style(it))
}
