//! Many items: found in the cache or asked for, several requests at once, none of them lost.
//!
//! The parts of a run come in the order in which they are done. Each names the places of its items
//! in the input, so that whoever gathers them puts every row where it belongs: nothing waits in
//! memory for its turn, and a run over any number of items needs no more than what is under way.

mod error;
mod gather;
mod look_up;
mod work;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt, future, stream};

pub use error::RunError;
pub use gather::Gathered;
use look_up::Looked;
use work::{Outcome, Work};

use crate::chunk::{Chunk, Chunker};
use crate::essay::{Item, Wanted};
use crate::{Client, Essay, FeatureSet, Meta, RequestError, Rows};

/// Items that are looked up together.
const BATCH: usize = 256;
/// Batches that are looked up at once.
const LOOKING: usize = 4;
/// Answers whose rows are put into the cache at once. The server works on others meanwhile.
const KEEPING: usize = 4;

/// Some items that are done with.
#[derive(Debug)]
pub enum Part {
    /// Rows of items.
    Done {
        /// The places of the items in the input, from 0: one for each row.
        at: Vec<usize>,
        /// What was asked for.
        rows: Rows,
        /// What the server said about its features; nothing about plain vectors.
        meta: Option<Arc<Meta>>,
        /// Where it comes from.
        origin: Origin,
    },
    /// Items that the server gave nothing for.
    Failed {
        /// The places of the items in the input.
        at: Vec<usize>,
        /// Why not.
        error: RequestError,
    },
}

/// Where rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From the cache.
    Cache,
    /// From the server, and by now in the cache as well.
    Server,
}

/// The parts of a run, as they get done. Dropping it ends the run; what is done is in the cache.
pub struct Parts<'i>(Pin<Box<dyn Stream<Item = Result<Part, RunError>> + Send + 'i>>);

impl Client {
    /// Vectors of any number of texts.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = hemma_embed::Client::new("http://127.0.0.1:19000".parse()?, Default::default());
    /// let vectors = client.embed(["Hello world.", "Hej världen."]).gather().await?.whole()?;
    /// # Ok(()) }
    /// ```
    pub fn embed<'i, T, I>(&self, texts: I) -> Parts<'i>
    where
        T: Into<String> + 'i,
        I: IntoIterator<Item = T>,
        I::IntoIter: Send + 'i,
    {
        self.embed_stream(stream::iter(texts.into_iter().map(Into::into)))
    }

    /// Vectors of texts that are still on their way.
    pub fn embed_stream<'i>(&self, texts: impl Stream<Item = String> + Send + 'i) -> Parts<'i> {
        let essays = texts.map(|text| Essay { text, prompt: String::new() });
        Parts::new(self.clone(), Wanted::Embed, essays)
    }

    /// Features of any number of essays.
    pub fn extract<'i, I>(&self, essays: I, set: FeatureSet) -> Parts<'i>
    where
        I: IntoIterator<Item = Essay>,
        I::IntoIter: Send + 'i,
    {
        self.extract_stream(stream::iter(essays), set)
    }

    /// Features of essays that are still on their way.
    pub fn extract_stream<'i>(
        &self,
        essays: impl Stream<Item = Essay> + Send + 'i,
        set: FeatureSet,
    ) -> Parts<'i> {
        Parts::new(self.clone(), Wanted::Extract(set), essays)
    }
}

/// What is left to do with some items.
enum Step {
    Found(Part),
    Ask(Chunk),
    Stop(RunError),
}

impl<'i> Parts<'i> {
    fn new(client: Client, wanted: Wanted, essays: impl Stream<Item = Essay> + Send + 'i) -> Self {
        let concurrency = client.options().concurrency.clamp(1, 16);
        let chunker = Chunker::new(wanted, &client.options().model);
        let work = Work::new(client, wanted);
        let (looking, keeping) = (work.clone(), work.clone());
        let parts = essays
            .enumerate()
            .map(|(at, essay)| Item { at, essay })
            .ready_chunks(BATCH)
            .map(move |batch| looking.clone().look_up(batch))
            .buffered(LOOKING)
            .map(Some)
            .chain(stream::once(future::ready(None)))
            .scan(chunker, |chunker, looked| future::ready(Some(steps(chunker, looked))))
            .flat_map(stream::iter)
            .map(move |step| work.clone().take(step))
            .buffer_unordered(concurrency)
            .flat_map(stream::iter)
            .map(move |outcome: Outcome| keeping.clone().keep(outcome))
            .buffer_unordered(KEEPING)
            .scan(false, |stopped, part| future::ready(until_error(stopped, part)));
        Self(Box::pin(parts))
    }
}

/// What a batch that was looked up leaves to do; `None` is the end of the input.
fn steps(chunker: &mut Chunker, looked: Option<Result<Looked, RunError>>) -> Vec<Step> {
    match looked {
        None => chunker.finish().map(Step::Ask).into_iter().collect(),
        Some(Err(error)) => vec![Step::Stop(error)],
        Some(Ok(Looked { found, missing, limits })) => {
            let found = found.map(Step::Found);
            let chunks = missing.into_iter().filter_map(|it| chunker.push(it, limits));
            found.into_iter().chain(chunks.map(Step::Ask)).collect()
        }
    }
}

/// The error that ends a run is its last part.
fn until_error(stopped: &mut bool, part: Result<Part, RunError>) -> Option<Result<Part, RunError>> {
    let before = *stopped;
    *stopped |= part.is_err();
    (!before).then_some(part)
}

impl Stream for Parts<'_> {
    type Item = Result<Part, RunError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl std::fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parts")
    }
}
