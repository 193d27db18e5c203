//! One line that moves while something takes a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

#[derive(Default)]
pub(super) struct Spinner(Mutex<Option<ProgressBar>>);

impl Spinner {
    pub(super) fn spin(&self, what: &str) {
        let mut bar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bar.get_or_insert_with(started).set_message(what.to_owned());
    }

    pub(super) fn stop(&self) {
        if let Some(bar) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    /// Takes the line away, lets something else be written, and puts it back.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

fn started() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}");
    let bar = ProgressBar::new_spinner();
    let bar = style.map_or(bar.clone(), |it| bar.with_style(it));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
