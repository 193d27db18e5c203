//! The keys by which the `.env` of a kept release differs from the one on the host.

use serde::{Deserialize, Serialize};

use crate::env_file::{Difference, EnvFile, Surroundings};

/// The largest number of keys that are named in a sentence.
const NAMED: usize = 8;

/// The difference between the `.env` on the host and the one of a release. Names of keys, never a
/// value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvChange {
    /// Keys that only the host's file has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Keys that have another value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// Keys that only the release's file has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

impl EnvChange {
    /// Compares the text of the release's file with that of the host's. If one cannot be parsed, no
    /// key is named.
    pub(super) fn between(release: &str, now: &str) -> Self {
        let read = |text| EnvFile::parse(text, &Surroundings::new()).ok();
        let (Some(release), Some(now)) = (read(release), read(now)) else { return Self::default() };
        let Difference { removed, added, changed } = Difference::between(&release, &now);
        Self { added, changed, removed }
    }

    /// All keys by which the files differ.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [&self.changed, &self.added, &self.removed].into_iter().flatten().map(String::as_str)
    }

    /// The difference as a part of a sentence: `A changed, B added, C removed`.
    pub fn words(&self) -> String {
        let part = |keys: &[String], what: &str| {
            let named = keys.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = keys.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (!keys.is_empty()).then(|| format!("{named}{more} {what}"))
        };
        let parts = [
            part(&self.changed, "changed"),
            part(&self.added, "added"),
            part(&self.removed, "removed"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            return "comments or the order of lines changed".to_owned();
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_and_no_value_is() {
        let seen = EnvChange::between("A=1\nB=hunter2\nC=3\n", "A=1\nB=hunter3\nD=hunter4\n");
        assert_eq!(seen.words(), "B changed, D added, C removed");
        assert_eq!(seen.keys().collect::<Vec<_>>(), ["B", "D", "C"]);
        let torn = EnvChange::between("A='hunter2\n", "A=1\n");
        assert_eq!(torn.words(), "comments or the order of lines changed");
        let keys: Vec<_> = (0..20).map(|it| format!("K{it}=1")).collect();
        let many = EnvChange::between("", &keys.join("\n")).words();
        assert!(many.ends_with("K7 and 12 more added"), "{many}");
    }
}
