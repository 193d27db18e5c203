//! A run over many items: they are found in the cache or requested, several requests at a time.
//!
//! The parts of a run arrive in the order in which they are finished. Each has the indices of its
//! items in the input, so the caller can put every row in its place: nothing waits in memory for
//! its turn, and a run over any number of items only needs memory for the requests in progress.

mod error;
mod gather;
mod look_up;
mod part;
mod work;

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt, future, stream};

pub use error::RunError;
pub use gather::Gathered;
use look_up::Looked;
use part::Step;
pub use part::{Origin, Part};
use work::{Outcome, Work};

use crate::chunk::Chunker;
use crate::essay::{Item, Wanted};
use crate::{Client, Essay, FeatureSet};

/// The number of items that are looked up together.
const BATCH: usize = 256;
/// The number of concurrent batch lookups.
const LOOKING: usize = 4;
/// The number of answers that are written to the cache concurrently, while the server works on
/// others.
const KEEPING: usize = 4;

/// The parts of a run as they are finished. Dropping it ends the run; finished parts are in the
/// cache.
pub struct Parts<'i>(Pin<Box<dyn Stream<Item = Result<Part, RunError>> + Send + 'i>>);

impl Client {
    /// Computes the vectors of any number of texts.
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

    /// Computes the vectors of texts from a stream.
    pub fn embed_stream<'i>(&self, texts: impl Stream<Item = String> + Send + 'i) -> Parts<'i> {
        let essays = texts.map(|text| Essay { text, prompt: String::new() });
        Parts::new(self.clone(), Wanted::Embed, essays)
    }

    /// Computes the features of any number of essays.
    pub fn extract<'i, I>(&self, essays: I, set: FeatureSet) -> Parts<'i>
    where
        I: IntoIterator<Item = Essay>,
        I::IntoIter: Send + 'i,
    {
        self.extract_stream(stream::iter(essays), set)
    }

    /// Computes the features of essays from a stream.
    pub fn extract_stream<'i>(
        &self,
        essays: impl Stream<Item = Essay> + Send + 'i,
        set: FeatureSet,
    ) -> Parts<'i> {
        Parts::new(self.clone(), Wanted::Extract(set), essays)
    }
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

/// The remaining work after the lookup of a batch; `None` is the end of the input.
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

/// Ends the stream after the first error.
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
