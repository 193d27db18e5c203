//! Comparing values that may be secret without keeping them.

use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

/// Digests with a random key of this run, which is written nowhere: in a recording a digest says
/// "equal" or "different" and nothing about the value. The run's extensions hold it, so that the
/// compose files and the running containers are digested with one key.
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
