//! Splits items into requests that the server accepts.

use serde::{Deserialize, Serialize};

use crate::Model;
use crate::essay::{Item, Wanted};

/// The limits of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The number of items in a request.
    pub items: usize,
    /// The number of bytes of a request's JSON.
    pub request_bytes: usize,
    /// The number of bytes of the returned archive.
    pub response_bytes: usize,
}

impl Default for Limits {
    /// The limits of the server as it is deployed.
    fn default() -> Self {
        Self { items: 64, request_bytes: 900_000, response_bytes: 8_000_000 }
    }
}

impl Limits {
    /// Reduces the limits to what this client holds in memory, since a server may claim any.
    /// aiohttp accepts no body over 1 MiB in any case.
    pub(crate) fn sane(self) -> Self {
        Self {
            items: self.items.clamp(1, 4096),
            request_bytes: self.request_bytes.clamp(1, 1 << 20),
            response_bytes: self.response_bytes.clamp(1, 1 << 28),
        }
    }
}

/// The items of one request.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) items: Vec<Item>,
    /// The maximum number of bytes of its JSON.
    pub(crate) bytes: usize,
}

impl Chunk {
    pub(crate) fn places(&self) -> Vec<usize> {
        self.items.iter().map(|it| it.at).collect()
    }
}

/// Collects items into chunks.
#[derive(Debug)]
pub(crate) struct Chunker {
    wanted: Wanted,
    frame: usize,
    open: Chunk,
}

impl Chunker {
    pub(crate) fn new(wanted: Wanted, model: &Model) -> Self {
        let frame = wanted.body(model, &[]).len();
        Self { wanted, frame, open: Chunk { items: Vec::new(), bytes: frame } }
    }

    /// Adds an item. Returns the previous chunk if the item does not fit into it. An item that is
    /// too large for any request gets a chunk of its own, so that no other item fails with it.
    pub(crate) fn push(&mut self, item: Item, limits: Limits) -> Option<Chunk> {
        let bytes = self.wanted.bytes_of(&item.essay);
        let full =
            self.open.items.len() >= limits.items || self.open.bytes + bytes > limits.request_bytes;
        let sealed = if full { self.finish() } else { None };
        self.open.items.push(item);
        self.open.bytes += bytes;
        sealed
    }

    /// Returns the last chunk.
    pub(crate) fn finish(&mut self) -> Option<Chunk> {
        let empty = Chunk { items: Vec::new(), bytes: self.frame };
        let sealed = std::mem::replace(&mut self.open, empty);
        (!sealed.items.is_empty()).then_some(sealed)
    }

    /// Splits a chunk that the server does not accept into two. `None` if it has only one item.
    pub(crate) fn halves(&self, mut chunk: Chunk) -> Result<[Chunk; 2], Chunk> {
        if chunk.items.len() < 2 {
            return Err(chunk);
        }
        let second = chunk.items.split_off(chunk.items.len() / 2);
        Ok([chunk.items, second].map(|items| {
            let bytes = items.iter().map(|it| self.wanted.bytes_of(&it.essay)).sum::<usize>();
            Chunk { items, bytes: self.frame + bytes }
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Essay;

    fn chunks(lens: &[usize], limits: Limits) -> Vec<Chunk> {
        let mut chunker = Chunker::new(Wanted::Embed, &Model::default());
        let items = lens.iter().enumerate().map(|(at, len)| Item {
            at,
            essay: Essay { text: "x".repeat(*len), prompt: String::new() },
        });
        let mut chunks: Vec<_> = items.filter_map(|it| chunker.push(it, limits)).collect();
        chunks.extend(chunker.finish());
        chunks
    }

    #[test]
    fn a_chunk_ends_at_its_items_or_its_bytes() {
        // Each item of 7 letters has 10 bytes: quotes and a comma.
        let limits = |items, request_bytes| Limits { items, request_bytes, ..Limits::default() };
        let rows = [
            (vec![7; 5], limits(2, 9999), vec![2, 2, 1]),
            (vec![7; 4], limits(2, 9999), vec![2, 2]),
            (vec![7; 5], limits(99, 70 + 30), vec![3, 2]),
            (vec![7; 5], limits(99, 70 + 29), vec![2, 2, 1]),
            (vec![7, 999, 7], limits(99, 100), vec![1, 1, 1]),
            (vec![], limits(2, 9999), vec![]),
        ];
        for (lens, limits, expected) in rows {
            let found: Vec<_> = chunks(&lens, limits).iter().map(|it| it.items.len()).collect();
            assert_eq!(found, expected, "{lens:?} {limits:?}");
        }
    }

    #[test]
    fn a_server_cannot_talk_us_into_vast_requests() {
        let vast = Limits { items: usize::MAX, request_bytes: usize::MAX, response_bytes: 0 };
        assert_eq!(vast.sane(), Limits { items: 4096, request_bytes: 1 << 20, response_bytes: 1 });
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_limit_is_passed(
            lens in proptest::collection::vec(0_usize..60, 0..80),
            items in 1_usize..9,
            bytes in 80_usize..300,
        ) {
            let limits = Limits { items, request_bytes: bytes, response_bytes: 1 };
            let model = Model::default();
            let chunker = Chunker::new(Wanted::Embed, &model);
            let mut seen = Vec::new();
            for chunk in chunks(&lens, limits) {
                prop_assert!(chunk.items.len() <= items);
                prop_assert!(chunk.bytes <= bytes || chunk.items.len() == 1);
                prop_assert!(Wanted::Embed.body(&model, &chunk.items).len() <= chunk.bytes);
                seen.extend(chunk.places());
                if let Ok(halves) = chunker.halves(chunk) {
                    prop_assert!(halves.iter().all(|it| !it.items.is_empty()));
                }
            }
            prop_assert_eq!(seen, (0..lens.len()).collect::<Vec<_>>());
        }
    }
}
