//! The questions and changes of this run, in order, with their durations.

use std::sync::Mutex;
use std::time::Duration;

use crate::Applied;

/// One question or change of this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The kind of question or change.
    pub kind: &'static str,
    /// The question or change in one line.
    pub what: String,
    /// The duration.
    pub took: Duration,
    /// Whether it is a change.
    pub change: bool,
    /// Whether it succeeded.
    pub answered: bool,
    /// How much of a change was made; `Nothing` for a question.
    pub extent: Applied,
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
