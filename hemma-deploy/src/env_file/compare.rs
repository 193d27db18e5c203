//! Comparing the keys of two `.env` files.

use std::collections::HashSet;

use hemma_core::World;
use hemma_docker::compose::dotenv::{Entry, EnvFile};

use crate::Config;

use super::judge::shown;
use super::look::{EnvAnswer, EnvError};
use super::verify::look_at_file;

/// The keys by which two files differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Keys only in the first file.
    pub removed: Vec<String>,
    /// Keys only in the second file.
    pub added: Vec<String>,
    /// Keys in both files with different values.
    pub changed: Vec<String>,
}

impl Difference {
    /// Compares a file with its new version.
    pub fn between(before: &EnvFile, after: &EnvFile) -> Self {
        let counts = |file: &EnvFile, it: &Entry| file.get(&it.key).is_some_and(|last| last == it);
        let lacking = |here: &EnvFile, there: &EnvFile| -> Vec<String> {
            let only = here.entries.iter().filter(|it| there.get(&it.key).is_none());
            only.filter(|it| counts(here, it)).map(shown).collect()
        };
        let differs = |it: &&Entry| before.get(&it.key).is_some_and(|old| old.value != it.value);
        let last = after.entries.iter().filter(|it| counts(after, it));
        Self {
            removed: lacking(before, after),
            added: lacking(after, before),
            changed: last.filter(differs).map(shown).collect(),
        }
    }

    /// Whether the files do not differ.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty() && self.changed.is_empty()
    }
}

/// Compares the keys of an example with those of the host's `.env`; `removed` are those that the
/// host lacks. Values are not compared: an example's are not secret, and the host's stay there. An
/// obstacle is the answer where the file cannot be read.
pub async fn compare_with_example(
    world: &World,
    config: &Config,
    example: &EnvFile,
) -> Result<Result<Difference, EnvAnswer>, EnvError> {
    let judged = match look_at_file(world, config).await? {
        EnvAnswer::Judged(judged) => judged,
        other => return Ok(Err(other)),
    };
    let there: HashSet<&str> = judged.keys.iter().map(String::as_str).collect();
    let lacking = example.entries.iter().filter(|it| !there.contains(it.key.as_str())).map(shown);
    let added = judged.keys.iter().filter(|it| example.get(it).is_none()).cloned();
    let (mut removed, mut added): (Vec<_>, Vec<_>) = (lacking.collect(), added.collect());
    removed.dedup();
    added.dedup();
    Ok(Ok(Difference { removed, added, changed: Vec::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env_file::Surroundings;

    #[test]
    fn only_keys_are_told() {
        let file = |text: &str| EnvFile::parse(text, &Surroundings::new()).expect("fine");
        let before = file("SAME=1\nOLD=hunter2\nSECRET=hunter2\nTWICE=a\nTWICE=b\n");
        let after = file("SECRET=hunter3\nSAME='1'\nNEW=hunter4\nTWICE=b\nhunter5=x\n");
        let seen = Difference::between(&before, &after);
        assert_eq!(seen.removed, ["OLD"]);
        assert_eq!(seen.added, ["NEW", "line 5"]);
        assert_eq!(seen.changed, ["SECRET"]);
        assert!(Difference::between(&before, &before).is_empty());
    }
}
