//! Collects all parts of a run in memory.

use std::sync::Arc;

use futures_util::StreamExt;

use super::{Origin, Part, Parts, RunError};
use crate::{Matrix, Meta, RequestError, Rows};

/// The results of a run, in the order of its input.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered {
    /// One row for each item. The rows of failed items hold only NaN.
    pub rows: Rows,
    /// The indices of failed items, and their errors.
    pub failed: Vec<(Vec<usize>, RequestError)>,
    /// The server's description of the features, if there are any.
    pub meta: Option<Arc<Meta>>,
    /// The number of items from the cache.
    pub from_cache: usize,
    /// The number of items from the server.
    pub from_server: usize,
}

impl Parts<'_> {
    /// Waits for all parts and puts every row in its place.
    pub async fn gather(mut self) -> Result<Gathered, RunError> {
        let mut gathered = Gathered {
            rows: Rows { embeddings: None, handcrafted: None },
            failed: Vec::new(),
            meta: None,
            from_cache: 0,
            from_server: 0,
        };
        let mut items = 0;
        while let Some(part) = self.next().await {
            let part = part?;
            items = items.max(part.at().iter().max().map_or(0, |it| it + 1));
            match part {
                Part::Done { at, rows, meta, origin } => {
                    gathered.meta = meta.or(gathered.meta);
                    place(&mut gathered.rows.embeddings, &at, rows.embeddings);
                    place(&mut gathered.rows.handcrafted, &at, rows.handcrafted);
                    match origin {
                        Origin::Cache => gathered.from_cache += at.len(),
                        Origin::Server => gathered.from_server += at.len(),
                    }
                }
                Part::Failed { at, error } => gathered.failed.push((at, error)),
            }
        }
        let rows = &mut gathered.rows;
        for matrix in [&mut rows.embeddings, &mut rows.handcrafted].into_iter().flatten() {
            matrix.grow(items);
        }
        Ok(gathered)
    }
}

fn place(whole: &mut Option<Matrix>, at: &[usize], rows: Option<Matrix>) {
    let Some(rows) = rows else { return };
    let (_, cols) = rows.shape();
    let whole = whole.get_or_insert_with(|| Matrix::empty(cols));
    at.iter().zip(rows.rows()).for_each(|(at, row)| whole.place(*at, row));
}

impl Part {
    /// The indices of its items in the input, from 0.
    pub fn at(&self) -> &[usize] {
        match self {
            Self::Done { at, .. } | Self::Failed { at, .. } => at,
        }
    }
}

impl Gathered {
    /// The rows, if no item failed.
    pub fn whole(self) -> Result<Rows, RunError> {
        let items = self.failed.iter().map(|(at, _)| at.len()).sum();
        let first = self.failed.into_iter().min_by_key(|(at, _)| at.iter().min().copied());
        match first {
            None => Ok(self.rows),
            Some((at, source)) => {
                let first = at.into_iter().min().unwrap_or_default();
                Err(RunError::Gaps { items, first, source })
            }
        }
    }
}
