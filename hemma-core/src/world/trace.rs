//! What was asked and done in this run, in order, with how long each took.

use std::sync::Mutex;
use std::time::Duration;

use crate::Extent;

/// One question or change of this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its kind.
    pub kind: &'static str,
    /// What was asked or done, in one line.
    pub what: String,
    /// How long it took.
    pub took: Duration,
    /// Whether it changed something.
    pub change: bool,
    /// Whether it came back with an answer.
    pub answered: bool,
    /// How much of a change is done. Of a question, nothing.
    pub extent: Extent,
}

#[derive(Debug, Default)]
pub(crate) struct Trace(Mutex<Vec<Step>>);

impl Trace {
    pub(crate) fn add(&self, step: Step) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(step);
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}
