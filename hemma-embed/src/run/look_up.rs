//! The first half of a run: the lookup in the cache.

use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::{Cache, CacheError, Key, Namespace};
use crate::essay::{Item, Wanted};
use crate::{Essay, Fingerprint, Limits, Matrix, Meta, Model, Rows};

use super::{Origin, Part};

/// A batch after the lookup.
pub(super) struct Looked {
    pub(super) found: Option<Part>,
    pub(super) missing: Vec<Item>,
    pub(super) limits: Limits,
}

/// The parts of the cache that a run needs.
#[derive(Debug, Clone)]
pub(super) struct Namespaces {
    cache: Cache,
    model: Model,
    wanted: Wanted,
    embeddings: Option<Namespace>,
    /// Whether there were no embeddings when the run began; then no lookup is needed.
    first_run: bool,
    /// `None` until the server of the wanted features is known.
    handcrafted: Option<(Arc<Meta>, Namespace)>,
    /// The number of the answer whose server is recorded.
    newest: Arc<Mutex<usize>>,
}

impl Namespaces {
    /// Opens the cache, and reads which server's features were kept last.
    pub(super) fn open(cache: Cache, model: Model, wanted: Wanted) -> Result<Self, CacheError> {
        let (embeds, counts) = match wanted {
            Wanted::Embed => (true, false),
            Wanted::Extract(set) => (set.embeds(), set.counts()),
        };
        let embeddings = embeds.then(|| cache.embeddings(model.dim));
        let first_run = embeddings.as_ref().is_some_and(|it| !it.exists());
        let newest = Arc::default();
        let handcrafted = None;
        let mut shelves = Self { cache, model, wanted, embeddings, first_run, handcrafted, newest };
        if counts {
            let meta = shelves.cache.current_meta()?;
            shelves.handcrafted = meta.map(|it| {
                let drawer = shelves.drawer_of(&it);
                (Arc::new(it), drawer)
            });
        }
        Ok(shelves)
    }

    /// The server whose features are looked up.
    pub(super) fn fingerprint(&self) -> Option<&Fingerprint> {
        self.handcrafted.as_ref().map(|(meta, _)| &meta.server_fingerprint)
    }

    /// Splits a batch into found and missing items. An item is found if all of its rows are.
    pub(super) fn split(&self, batch: Vec<Item>) -> Result<(Option<Part>, Vec<Item>), CacheError> {
        let counts = matches!(self.wanted, Wanted::Extract(set) if set.counts());
        if self.first_run || (counts && self.handcrafted.is_none()) {
            return Ok((None, batch));
        }
        let mut at = Vec::new();
        let mut missing = Vec::new();
        let (mut embeddings, mut handcrafted) = (Vec::new(), Vec::new());
        for item in batch {
            let before = embeddings.len();
            if self.embedding(&item.essay, &mut embeddings)?
                && self.counted(&item.essay, &mut handcrafted)?
            {
                at.push(item.at);
            } else {
                embeddings.truncate(before);
                missing.push(item);
            }
        }
        if at.is_empty() {
            return Ok((None, missing));
        }
        let matrix = |values, drawer: &Namespace| Matrix::new(values, at.len(), drawer.cols());
        let rows = Rows {
            embeddings: self.embeddings.as_ref().and_then(|it| matrix(embeddings, it)),
            handcrafted: self.handcrafted.as_ref().and_then(|(_, it)| matrix(handcrafted, it)),
        };
        let meta = self.handcrafted.as_ref().map(|(meta, _)| Arc::clone(meta));
        Ok((Some(Part::Done { at, rows, meta, origin: Origin::Cache }), missing))
    }

    /// Writes the rows of an answer to the cache.
    pub(super) fn keep(
        &self,
        items: &[Item],
        meta: Option<&Meta>,
        rows: &Rows,
    ) -> Result<(), CacheError> {
        if let (Some(drawer), Some(matrix)) = (&self.embeddings, &rows.embeddings) {
            for (item, row) in items.iter().zip(matrix.rows()) {
                drawer.write(&self.embedding_key(&item.essay), row)?;
            }
        }
        if let (Some(meta), Some(matrix)) = (meta, &rows.handcrafted) {
            let drawer = self.drawer_of(meta);
            for (item, row) in items.iter().zip(matrix.rows()) {
                drawer.write(&Key::handcrafted(&item.essay), row)?;
            }
        }
        Ok(())
    }

    /// Records the server whose features the next run looks up: the one of the newest answer.
    /// Answers are kept several at a time, so an older one may come here after a newer one.
    pub(super) fn keep_meta(&self, answer: usize, meta: &Meta) -> Result<(), CacheError> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if answer > *newest {
            self.cache.keep_meta(meta)?;
            *newest = answer;
        }
        Ok(())
    }

    fn drawer_of(&self, meta: &Meta) -> Namespace {
        self.cache.handcrafted(&meta.server_fingerprint, meta.feature_schema.counted())
    }

    fn embedding_key(&self, essay: &Essay) -> Key {
        match self.wanted {
            Wanted::Embed => Key::embed(&self.model, &essay.text),
            Wanted::Extract(_) => Key::extract(&self.model, &essay.text),
        }
    }

    fn embedding(&self, essay: &Essay, row: &mut Vec<f32>) -> Result<bool, CacheError> {
        match &self.embeddings {
            Some(drawer) => drawer.read_onto(&self.embedding_key(essay), row),
            None => Ok(true),
        }
    }

    fn counted(&self, essay: &Essay, row: &mut Vec<f32>) -> Result<bool, CacheError> {
        match &self.handcrafted {
            Some((_, drawer)) => drawer.read_onto(&Key::handcrafted(essay), row),
            None => Ok(true),
        }
    }
}
