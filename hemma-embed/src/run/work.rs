//! The second half of a run: the requests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::look_up::{Looked, Namespaces};
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
    Answer(Answer),
}

/// What the server answered for some items.
pub(super) struct Answer {
    /// Its place among the answers of the run, from 1.
    number: usize,
    items: Vec<Item>,
    meta: Option<Arc<Meta>>,
    rows: Rows,
    ends: Option<RunError>,
}

/// One run. Clones refer to the same run.
#[derive(Debug, Clone)]
pub(super) struct Work(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    wanted: Wanted,
    shelves: OnceCell<Option<Namespaces>>,
    limits: OnceCell<Limits>,
    server: Mutex<Option<Fingerprint>>,
    answers: AtomicUsize,
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
            answers: AtomicUsize::new(0),
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
            let fingerprint = self.shelves().await?.and_then(Namespaces::fingerprint).cloned();
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
        let number = self.0.answers.fetch_add(1, Ordering::Relaxed) + 1;
        let server = meta.as_ref().map(|it| it.server_fingerprint.clone());
        let ends = server.and_then(|it| self.same_server(it).err());
        self.0.over.fetch_or(ends.is_some(), Ordering::Relaxed);
        Outcome::Answer(Answer { number, items, meta, rows, ends })
    }

    /// Finishes a step: results are in the cache before they are reported.
    pub(super) async fn keep(self, outcome: Outcome) -> Result<Part, RunError> {
        let mut answer = match outcome {
            Outcome::Part(part) => return part,
            Outcome::Answer(answer) => answer,
        };
        if let Some(shelves) = self.shelves().await?.cloned() {
            answer = write(shelves, answer).await?;
        }
        let Answer { items, meta, rows, ends, .. } = answer;
        let at = items.iter().map(|it| it.at).collect();
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

    async fn shelves(&self) -> Result<Option<&Namespaces>, RunError> {
        let open = || async {
            let options = self.0.client.options();
            let Some(cache) = options.cache.clone() else { return Ok(None) };
            let (model, wanted) = (options.model.clone(), self.0.wanted);
            blocking(move || Namespaces::open(cache, model, wanted)).await.map(Some)
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
async fn write(shelves: Namespaces, answer: Answer) -> Result<Answer, RunError> {
    blocking(move || {
        shelves.keep(&answer.items, answer.meta.as_deref(), &answer.rows)?;
        answer.meta.as_ref().map_or(Ok(()), |it| shelves.keep_meta(answer.number, it))?;
        Ok(answer)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Cache;
    use crate::{FeatureSet, Options};

    /// The description of a server whose fingerprint is one digit, repeated.
    fn meta(digit: char) -> Meta {
        let sample = include_str!("../../tests/data/current_meta.json");
        let meta: Meta = serde_json::from_str(sample).expect("the sample is sound");
        let server_fingerprint = digit.to_string().repeat(64).parse().expect("64 digits");
        Meta { server_fingerprint, ..meta }
    }

    #[tokio::test]
    async fn the_next_run_begins_with_the_newest_answers_server_in_whatever_order_they_are_kept() {
        let dir = tempfile::tempdir().expect("a place for files");
        let cache = Cache::at(dir.path());
        let options = Options { cache: Some(cache.clone()), ..Options::default() };
        let url = "http://127.0.0.1:1".parse().expect("plain");
        let work = Work::new(Client::new(url, options), Wanted::Extract(FeatureSet::Combined));
        let nothing = || Rows { embeddings: None, handcrafted: None };
        let [first, second] =
            ['a', 'b'].map(|it| work.answered(Vec::new(), Some(Arc::new(meta(it))), nothing()));
        work.clone().keep(second).await.expect_err("the server changed");
        work.clone().keep(first).await.expect("the first server's rows are sound");
        let kept = cache.current_meta().expect("readable").expect("there");
        assert_eq!(kept.server_fingerprint, meta('b').server_fingerprint);
    }
}
