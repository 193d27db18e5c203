//! Remembers answers: a question is asked once in a run, until a change makes every answer stale.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

type Cell<T> = Arc<OnceCell<T>>;

#[derive(Default)]
pub(crate) struct Memo(Mutex<HashMap<String, Box<dyn Any + Send + Sync>>>);

impl Memo {
    /// The cell of a question. A second caller waits for the first one's answer.
    pub(crate) fn cell<T: Send + Sync + 'static>(&self, key: &str) -> Cell<T> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = cells.get(key).and_then(|it| it.downcast_ref::<Cell<T>>()) {
            return Arc::clone(cell);
        }
        let cell: Cell<T> = Arc::default();
        cells.insert(key.to_owned(), Box::new(Arc::clone(&cell)));
        cell
    }

    /// Forgets every answer. A change does not say what else it affects, so no earlier answer is
    /// valid after it.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
