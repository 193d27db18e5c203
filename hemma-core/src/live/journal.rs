//! Who is told of each change, before it is made and after.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
#[derive(Clone, Default)]
pub struct Journal {
    listeners: Arc<Mutex<Vec<Listener>>>,
    loss: Loss,
}

/// Whether some journal of a run lost a line, and why the first one.
#[derive(Debug, Clone, Default)]
pub struct Loss(Arc<OnceLock<String>>);

impl Loss {
    /// Notes that a line was lost. The first one counts.
    pub fn note(&self, why: &str) {
        // It is full only where there was a loss before.
        let _ = self.0.set(why.to_owned());
    }

    /// Why a line was lost, if one was.
    pub fn why(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

impl Journal {
    /// Tells `listener` of every change from now on. It must not block.
    pub fn add(&self, listener: impl Fn(&JournalEntry) + Send + Sync + 'static) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    /// For whoever keeps a journal where lines may be lost.
    pub fn loss(&self) -> Loss {
        self.loss.clone()
    }

    /// Tells the listeners of a change. A [`World`](crate::World) does it for each that it makes.
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
