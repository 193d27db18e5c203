//! The second half of a run: the requests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::look_up::{Looked, Shelves};
use super::{Origin, Part, RunError, Step};
use crate::cache::CacheError;
use crate::chunk::{Chunk, Chunker};
use crate::essay::{Item, Wanted};
use crate::{Client, Fingerprint, Limits, Meta, Problem, RequestError, Rows};

/// The number of failures in a row that ends a run. With a minute of silence each, going on would
/// take days.
const HOPELESS: usize = 8;

/// The outcome of a step.
pub(super) enum Outcome {
    /// A finished part.
    Part(Result<Part, RunError>),
    /// An answer whose rows still have to be written to the cache, even if it ends the run.
    Answer { items: Vec<Item>, meta: Option<Arc<Meta>>, rows: Rows, ends: Option<RunError> },
}

/// One run. Clones refer to the same run.
#[derive(Debug, Clone)]
pub(super) struct Work(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    wanted: Wanted,
    shelves: OnceCell<Option<Shelves>>,
    limits: OnceCell<Limits>,
    server: Mutex<Option<Fingerprint>>,
    failures: AtomicUsize,
    /// The run ends with an error; no further requests are sent.
    over: AtomicBool,
}

impl Work {
    pub(super) fn new(client: Client, wanted: Wanted) -> Self {
        Self(Arc::new(Inner {
            client,
            wanted,
            shelves: OnceCell::new(),
            limits: OnceCell::new(),
            server: Mutex::default(),
            failures: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        }))
    }

    /// Looks a batch up. The server is asked for its limits only if an item is missing: a run that
    /// finds everything in the cache needs no server.
    pub(super) async fn look_up(self, batch: Vec<Item>) -> Result<Looked, RunError> {
        let (found, missing) = match self.shelves().await? {
            None => (None, batch),
            Some(shelves) => {
                let shelves = shelves.clone();
                blocking(move || shelves.split(batch)).await?
            }
        };
        if found.is_some() {
            let fingerprint = self.shelves().await?.and_then(Shelves::fingerprint).cloned();
            fingerprint.map_or(Ok(()), |it| self.same_server(it))?;
        }
        let limits = if missing.is_empty() { Limits::default() } else { self.limits().await? };
        Ok(Looked { found, missing, limits })
    }

    /// Does the work of a step.
    pub(super) async fn take(self, step: Step) -> Vec<Outcome> {
        match step {
            Step::Found(part) => vec![Outcome::Part(Ok(part))],
            Step::Stop(error) => vec![Outcome::Part(Err(error))],
            Step::Ask(_) if self.0.over.load(Ordering::Relaxed) => Vec::new(),
            Step::Ask(chunk) => self.ask(chunk).await,
        }
    }

    /// Requests a chunk, and ever smaller parts of it while the server finds them too large.
    async fn ask(&self, chunk: Chunk) -> Vec<Outcome> {
        let chunker = Chunker::new(self.0.wanted, &self.0.client.options().model);
        let mut outcomes = Vec::new();
        let mut left = VecDeque::from([chunk]);
        while let Some(chunk) = left.pop_front() {
            if let Some(error) = self.too_large(&chunk) {
                outcomes.push(Outcome::Part(Ok(Part::Failed { at: chunk.places(), error })));
                continue;
            }
            let error = match self.0.client.ask(self.0.wanted, &chunk.items).await {
                Ok((meta, rows)) => {
                    outcomes.push(self.answered(chunk.items, meta.map(Arc::new), rows));
                    continue;
                }
                Err(error) => error,
            };
            if error.too_large() {
                match chunker.halves(chunk) {
                    Ok([first, second]) => {
                        left.push_front(second);
                        left.push_front(first);
                    }
                    Err(whole) => {
                        let failed = Part::Failed { at: whole.places(), error };
                        outcomes.push(Outcome::Part(Ok(failed)));
                    }
                }
            } else {
                let part = self.failed(&chunk, error);
                self.0.over.fetch_or(part.is_err(), Ordering::Relaxed);
                outcomes.push(Outcome::Part(part));
            }
        }
        outcomes
    }

    /// The error for a single item that is too large for the server; it is not sent.
    fn too_large(&self, chunk: &Chunk) -> Option<RequestError> {
        let limit = self.0.limits.get().map_or(usize::MAX, |it| it.request_bytes);
        let problem = Problem::ItemTooLarge { bytes: chunk.bytes, limit };
        (chunk.bytes > limit).then(|| self.0.client.unasked(self.0.wanted, problem))
    }

    fn answered(&self, items: Vec<Item>, meta: Option<Arc<Meta>>, rows: Rows) -> Outcome {
        self.0.failures.store(0, Ordering::Relaxed);
        let server = meta.as_ref().map(|it| it.server_fingerprint.clone());
        let ends = server.and_then(|it| self.same_server(it).err());
        self.0.over.fetch_or(ends.is_some(), Ordering::Relaxed);
        Outcome::Answer { items, meta, rows, ends }
    }

    /// Finishes a step: results are in the cache before they are reported.
    pub(super) async fn keep(self, outcome: Outcome) -> Result<Part, RunError> {
        let (items, meta, rows, ends) = match outcome {
            Outcome::Part(part) => return part,
            Outcome::Answer { items, meta, rows, ends } => (items, meta, rows, ends),
        };
        let at = items.iter().map(|it| it.at).collect();
        let rows = match self.shelves().await?.cloned() {
            None => rows,
            Some(shelves) => write(shelves, items, meta.clone(), rows).await?,
        };
        ends.map_or(Ok(Part::Done { at, rows, meta, origin: Origin::Server }), Err)
    }

    fn failed(&self, chunk: &Chunk, error: RequestError) -> Result<Part, RunError> {
        if error.unreachable() {
            return Err(RunError::Unreachable { source: error });
        }
        if error.wrong_model() {
            return Err(RunError::OtherModel { source: error });
        }
        let count = self.0.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if count >= HOPELESS {
            return Err(RunError::Hopeless { count, source: error });
        }
        Ok(Part::Failed { at: chunk.places(), error })
    }

    /// Checks that all rows of a run, including those from the cache, come from one server.
    fn same_server(&self, now: Fingerprint) -> Result<(), RunError> {
        let mut server = self.0.server.lock().unwrap_or_else(PoisonError::into_inner);
        match &*server {
            Some(before) if *before != now => {
                Err(RunError::FingerprintChanged { before: before.clone(), now })
            }
            _ => {
                *server = Some(now);
                Ok(())
            }
        }
    }

    async fn shelves(&self) -> Result<Option<&Shelves>, RunError> {
        let open = || async {
            let options = self.0.client.options();
            let Some(cache) = options.cache.clone() else { return Ok(None) };
            let (model, wanted) = (options.model.clone(), self.0.wanted);
            blocking(move || Shelves::open(cache, model, wanted)).await.map(Some)
        };
        Ok(self.0.shelves.get_or_try_init(open).await?.as_ref())
    }

    /// The limits of a request.
    async fn limits(&self) -> Result<Limits, RunError> {
        let ask = || async {
            self.0.client.limits().await.map_err(|source| {
                if source.lost() || source.unreachable() {
                    RunError::Unreachable { source }
                } else {
                    RunError::Limits { source }
                }
            })
        };
        self.0.limits.get_or_try_init(ask).await.copied()
    }
}

/// Writes rows to the cache.
///
/// Rows of a server that changed during the run are written as well, under its own fingerprint: the
/// next run begins with them.
async fn write(
    shelves: Shelves,
    items: Vec<Item>,
    meta: Option<Arc<Meta>>,
    rows: Rows,
) -> Result<Rows, RunError> {
    blocking(move || {
        shelves.keep(&items, meta.as_deref(), &rows)?;
        meta.map_or(Ok(()), |it| shelves.keep_meta(&it))?;
        Ok(rows)
    })
    .await
}

/// Runs file operations on a thread where they block no other task.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CacheError> + Send + 'static,
) -> Result<T, RunError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.expect("reading and writing entries does not panic")?)
}
