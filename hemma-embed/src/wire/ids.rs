//! Correlation ids, which identify a request in the logs of the services.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes ids. The ids of one run differ only in their last group, which counts the requests.
///
/// They have the form of a UUID, because the grammar service replaces all other ids by a hash.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    run: u64,
    count: Arc<AtomicU64>,
}

impl Default for Ids {
    fn default() -> Self {
        // A hash map's keys are the standard library's source of randomness.
        Self { run: RandomState::new().hash_one("run"), count: Arc::default() }
    }
}

impl Ids {
    pub(super) fn next(&self) -> String {
        let (high, middle, low) = (self.run >> 32, (self.run >> 16) & 0xffff, self.run & 0x0fff);
        let count = self.count.fetch_add(1, Ordering::Relaxed) & 0xffff_ffff_ffff;
        format!("{high:08x}-{middle:04x}-4{low:03x}-8000-{count:012x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_that_count_within_a_run() {
        let ids = Ids::default();
        let (first, second) = (ids.next(), ids.clone().next());
        assert_eq!(first.len(), 36);
        assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(first.ends_with("-8000-000000000000") && second.ends_with("-000000000001"));
        assert_eq!(first[..23], second[..23]);
        assert_ne!(Ids::default().next(), first, "another run is another id");
    }
}
