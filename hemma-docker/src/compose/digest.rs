//! Comparing what may be secret without keeping it.

use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

/// Digests with a random key of this run, which is written nowhere: on a cassette one says "same" or
/// "different" and nothing of the value. It stands on the run's shelf, so that the compose files and
/// the containers that run are told by the same key.
#[derive(Debug, Default)]
pub(crate) struct Digests(RandomState);

impl Digests {
    /// The digest of a value as Compose prints it. Paths below `tree` are taken relative, so that two
    /// trees compare.
    pub(crate) fn of(&self, value: &Value, tree: &str) -> String {
        let text = value.to_string();
        let text = if tree.is_empty() { text } else { text.replace(tree, ".") };
        format!("{:016x}", self.0.hash_one(text))
    }
}
