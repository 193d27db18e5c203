//! The client of the offload server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::archive::{same_fingerprint, unpack};
use crate::cache::Cache;
use crate::essay::{Item, Wanted};
use crate::health::{self, Health};
use crate::npy::{Expect, Reader};
use crate::outage::{Outage, Outages};
use crate::wire::{self, Answer, Until, Wire};
use crate::{
    Essay, FeatureSet, Limits, Matrix, Meta, Model, Problem, ReplyError, RequestError, Retry, Rows,
    ServerUrl,
};

/// The options of a client. The defaults fit the services as they are deployed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The required model; the vectors of another one are refused.
    pub model: Model,
    /// The cache in which vectors are looked up and kept; `None` for no cache.
    pub cache: Option<Cache>,
    /// The number of concurrent requests. The server computes at most two at a time.
    pub concurrency: usize,
    /// The limits of a request; `None` asks the server.
    pub limits: Option<Limits>,
    /// The retry policy of a request.
    pub retry: Retry,
    /// How long the server may be silent before a request counts as failed. Its slowest recorded
    /// answer took 46 seconds.
    pub silence: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            model: Model::default(),
            cache: None,
            concurrency: 2,
            limits: None,
            retry: Retry::default(),
            silence: wire::SILENCE,
        }
    }
}

/// A client of one offload server. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    url: ServerUrl,
    options: Options,
    wire: Wire,
    limits: OnceCell<Limits>,
    /// Whether the server has ever answered: only then is it waited for when it goes away.
    met: AtomicBool,
    outages: Outages,
}

impl Client {
    /// Makes a client without connecting.
    pub fn new(url: ServerUrl, options: Options) -> Self {
        Self::on(Wire::new(options.silence), url, options)
    }

    /// Makes a client that shares the connections of another.
    pub(crate) fn on(wire: Wire, url: ServerUrl, options: Options) -> Self {
        let (limits, met) = (OnceCell::new(), AtomicBool::new(false));
        let outages = Outages::default();
        Self { inner: Arc::new(Inner { url, options, wire, limits, met, outages }) }
    }

    /// Calls `listener` when the server goes away, and when it answers again. It must not block.
    pub fn on_outage(&self, listener: impl Fn(Outage) + Send + Sync + 'static) {
        self.inner.outages.add(Box::new(listener));
    }

    /// The options of the client.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// The server's health, which it reports even when it cannot serve: see [`Health::faults`].
    pub async fn health(&self) -> Result<Health, RequestError> {
        self.persist(|until| health::fetch(&self.inner.wire, &self.inner.url, until)).await
    }

    /// The limits of a request; the server is asked for them once.
    pub async fn limits(&self) -> Result<Limits, RequestError> {
        let stated = || async {
            match self.options().limits {
                Some(limits) => Ok(limits),
                None => self.health().await.map(|it| it.limits()),
            }
        };
        self.inner.limits.get_or_try_init(stated).await.map(|it| it.sane())
    }

    /// The vectors of all texts by one request, without the cache and without splitting.
    ///
    /// The answer is read directly into the returned matrix. Use [`Client::embed`] for many texts.
    pub async fn embed_at_once<T: Into<String>>(
        &self,
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Matrix, RequestError> {
        let essay = |it: T| Essay { text: it.into(), prompt: String::new() };
        let (_, rows) = self.ask(Wanted::Embed, &items(texts.into_iter().map(essay))).await?;
        Ok(rows.embeddings.unwrap_or_else(|| Matrix::empty(self.options().model.dim)))
    }

    /// The features of all essays by one request, without the cache and without splitting.
    pub async fn extract_at_once(
        &self,
        essays: impl IntoIterator<Item = Essay>,
        set: FeatureSet,
    ) -> Result<(Meta, Rows), RequestError> {
        let items = items(essays.into_iter());
        self.persist(|until| self.extract_once(set, &items, until)).await
    }

    /// Sends one request, with its retries.
    pub(crate) async fn ask(
        &self,
        wanted: Wanted,
        items: &[Item],
    ) -> Result<(Option<Meta>, Rows), RequestError> {
        self.persist(|until| async move {
            match wanted {
                Wanted::Embed => self.embed_once(items, until).await.map(|rows| (None, rows)),
                Wanted::Extract(set) => {
                    let (meta, rows) = self.extract_once(set, items, until).await?;
                    Ok((Some(meta), rows))
                }
            }
        })
        .await
    }

    async fn persist<T, Asked>(&self, ask: impl Fn(Until) -> Asked) -> Result<T, RequestError>
    where
        Asked: Future<Output = Result<T, RequestError>>,
    {
        let Inner { wire, url, met, options, outages, .. } = &*self.inner;
        let ask = |until| {
            let asked = ask(until);
            async move {
                let answer = asked.await;
                if !answer.as_ref().is_err_and(RequestError::lost) {
                    met.store(true, Ordering::Relaxed);
                }
                answer
            }
        };
        let there = |until| async move { health::fetch(wire, url, until).await.is_ok() };
        let tell = |outage| outages.tell(outage);
        options.retry.run(ask, there, || met.load(Ordering::Relaxed), tell).await
    }

    /// An error about a request that is not sent.
    pub(crate) fn unasked(&self, wanted: Wanted, problem: Problem) -> RequestError {
        let endpoint = self.inner.url.endpoint(path(wanted));
        RequestError { endpoint, correlation_id: String::new(), attempts: 0, problem }
    }

    async fn post(
        &self,
        wanted: Wanted,
        items: &[Item],
        until: Until,
    ) -> Result<Answer, RequestError> {
        let body = wanted.body(&self.options().model, items);
        self.inner.wire.post(&self.inner.url, path(wanted), body, until).await?.good().await
    }

    async fn embed_once(&self, items: &[Item], until: Until) -> Result<Rows, RequestError> {
        let model = &self.options().model;
        let mut answer = self.post(Wanted::Embed, items, until).await?;
        if let Some(found) = answer.header("X-Embedding-Model").filter(|it| **it != model.name) {
            let (expected, found) = (model.name.clone(), found.to_owned());
            return Err(answer.bad(ReplyError::Model { expected, found }));
        }
        let mut reader = Reader::new(Expect::Matrix { rows: items.len(), cols: model.dim });
        answer.each(|piece| reader.push(piece)).await?;
        let embeddings = reader.finish().map_err(|source| answer.bad(source))?;
        Ok(Rows { embeddings: Some(embeddings), handcrafted: None })
    }

    async fn extract_once(
        &self,
        set: FeatureSet,
        items: &[Item],
        until: Until,
    ) -> Result<(Meta, Rows), RequestError> {
        let limits = self.limits_in_force();
        let mut answer = self.post(Wanted::Extract(set), items, until).await?;
        let bytes = answer.bytes(limits.response_bytes).await?;
        let (rows, model) = (items.len(), self.options().model.clone());
        // Unpacking takes a few milliseconds, and would hold up the other requests.
        let unpacked = tokio::task::spawn_blocking(move || unpack(&bytes, rows, set, &model));
        let unpacked = unpacked.await.expect("reading an archive does not panic");
        let (meta, rows) = unpacked.map_err(|source| answer.bad(source))?;
        same_fingerprint(answer.header("X-Server-Fingerprint"), &meta)
            .map_err(|source| answer.bad(source))?;
        Ok((meta, rows))
    }

    /// The limits that are known so far.
    fn limits_in_force(&self) -> Limits {
        self.inner.limits.get().copied().or(self.options().limits).unwrap_or_default().sane()
    }
}

fn path(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Embed => "/v1/embed",
        Wanted::Extract(_) => "/v1/extract",
    }
}

fn items(essays: impl Iterator<Item = Essay>) -> Vec<Item> {
    essays.enumerate().map(|(at, essay)| Item { at, essay }).collect()
}
