//! Records questions, changes and their results.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::value::value_of;
use crate::{Exchange, Progress};

#[derive(Default)]
pub(super) struct Tape(Mutex<Vec<Exchange>>);

impl Tape {
    pub(super) fn add<A: Serialize, E: Serialize>(
        &self,
        kind: &str,
        asked: &impl Serialize,
        answer: &Result<A, E>,
        progress: Vec<String>,
        took: Duration,
        at: Duration,
    ) {
        let (answer, error) = match answer {
            Ok(answer) => (Some(value_of(answer)), None),
            Err(error) => (None, Some(value_of(error))),
        };
        let exchange = Exchange {
            kind: kind.to_owned(),
            at_ms: millis(at),
            took_ms: millis(took),
            progress,
            asked: value_of(asked),
            answer: answer.filter(|it| !it.is_null()),
            error,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A progress that passes on every message and remembers it.
pub(super) fn overhear(progress: &Progress) -> (Progress, impl FnOnce() -> Vec<String> + use<>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (heard, progress) = (Arc::clone(&lines), progress.clone());
    let told = Progress::new(move |line| {
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
        progress.line(line);
    });
    let lines = move || std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
    (told, lines)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
