//! Who is told of each change, before it is made and after.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// One line of the audit journal. No secret is in it: a change's description holds none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When.
    pub at: jiff::Timestamp,
    /// The kind of change.
    pub kind: String,
    /// The change in one line.
    pub what: String,
    /// What happened to it.
    pub event: JournalEvent,
}

/// What happened to a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalEvent {
    /// It is about to be made.
    Begun,
    /// It was made.
    Done,
    /// It was not, or not whole; why.
    Failed(String),
}

type Listener = Box<dyn Fn(&JournalEntry) + Send + Sync>;

/// The listeners of a run.
#[derive(Default)]
pub struct Journal(Mutex<Vec<Listener>>);

impl Journal {
    /// Tells `listener` of every change from now on. It must not block.
    pub fn add(&self, listener: impl Fn(&JournalEntry) + Send + Sync + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    pub(crate) fn tell(&self, entry: &JournalEntry) {
        let listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|it| it(entry));
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}
