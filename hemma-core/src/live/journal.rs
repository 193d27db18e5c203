//! The listeners that are told of each change, before it is made and after.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

/// One line of the audit journal. It contains no secret, since the description of a change has
/// none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// The time.
    pub at: jiff::Timestamp,
    /// The kind of change.
    pub kind: String,
    /// The change in one line.
    pub what: String,
    /// The event.
    pub event: JournalEvent,
}

/// What happened to a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalEvent {
    /// The change is about to be made.
    Begun,
    /// The change was made.
    Done,
    /// The change was not made or only in part, for this reason.
    Failed(String),
}

type Listener = Box<dyn Fn(&JournalEntry) + Send + Sync>;

/// The listeners of a run.
#[derive(Clone, Default)]
pub struct Journal {
    listeners: Arc<Mutex<Vec<Listener>>>,
    loss: Loss,
}

/// Whether a journal of a run lost a line, and the reason for the first loss.
#[derive(Debug, Clone, Default)]
pub struct Loss(Arc<OnceLock<String>>);

impl Loss {
    /// Records that a line was lost. The first reason is kept.
    pub fn note(&self, why: &str) {
        // It is already set if there was a loss before.
        let _ = self.0.set(why.to_owned());
    }

    /// The reason why a line was lost, if one was.
    pub fn why(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

impl Journal {
    /// Tells `listener` of every change from now on. It must not block.
    pub fn add(&self, listener: impl Fn(&JournalEntry) + Send + Sync + 'static) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    /// The record of lost lines, for a listener that keeps a journal.
    pub fn loss(&self) -> Loss {
        self.loss.clone()
    }

    /// Tells the listeners of a change. A [`World`](crate::World) calls it for each change that it
    /// makes.
    pub fn tell(&self, entry: &JournalEntry) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|it| it(entry));
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}
