//! The flaws of a `.env` file, by the rules, without any of its values.

use std::collections::BTreeMap;

use crate::config::EnvConfig;
use serde::{Deserialize, Serialize};

use hemma_core::names::{EnvKey, Placeholder};
use hemma_docker::compose::dotenv::{Entry, EnvFile, Surroundings, reads_alike};

/// A key that must have a value, and what requires it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The key.
    pub key: EnvKey,
    /// The source of the requirement.
    pub by: RequiredBy,
}

/// The source of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredBy {
    /// `[env] required` in `hemma.toml`.
    Settings,
    /// The comment at the top of a compose file.
    Header,
    /// `${KEY:?}` in a compose file.
    Compose,
}

/// The flaws of a `.env` file. Each is a key, or the number of a line whose key must not be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Flaws {
    /// Required keys that are missing or empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Requirement>,
    /// Sets of keys of which none has a value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub none_of: Vec<Vec<EnvKey>>,
    /// Sets of keys whose values differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unequal: Vec<Vec<EnvKey>>,
    /// Keys with a value that is not an accepted one, and the accepted ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_accepted: BTreeMap<EnvKey, Vec<String>>,
    /// Keys whose values are examples, or publicly known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<String>,
    /// Keys that must not be set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<EnvKey>,
    /// Keys that are set more than once, with their lines.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub repeated: BTreeMap<String, Vec<usize>>,
    /// Keys whose values a shell reads differently from Compose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shell_unsafe: Vec<String>,
    /// Keys in whose values `$` names an unset variable, which becomes blank.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blanks: Vec<String>,
    /// Keys whose values refer to variables of root's environment, e.g. `HOME`; with these
    /// variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub from_root: BTreeMap<String, Vec<String>>,
    /// Keys that root's environment also sets, which overrides the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<EnvKey>,
    /// Lines with a name and no `=`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bare_lines: Vec<usize>,
}

impl Flaws {
    /// Whether one of the flaws is about the value of this key alone.
    pub(super) fn are_of(&self, key: &str) -> bool {
        let is_it = |it: &str| it == key;
        self.missing.iter().any(|it| is_it(it.key.as_str()))
            || self.none_of.iter().any(|it| matches!(&it[..], [one] if is_it(one)))
            || self.placeholders.iter().any(|it| is_it(it))
            || self.not_accepted.contains_key(key)
            || self.refused.iter().any(|it| is_it(it))
            || self.repeated.contains_key(key)
            || self.blanks.iter().any(|it| is_it(it))
            || self.from_root.contains_key(key)
            || self.overridden.iter().any(|it| is_it(it))
    }
}

/// The key as it may be shown. A secret that was pasted over several lines can look like a key
/// (base64 ends in `=`), so a key is shown only if it looks like nothing else; otherwise its line
/// is.
pub(super) fn shown(entry: &Entry) -> String {
    name_of(entry).map_or_else(|| format!("line {}", entry.line), str::to_owned)
}

pub(super) fn name_of(entry: &Entry) -> Option<&str> {
    let capital = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    let key = entry.key.as_str();
    (key.len() <= 80
        && key.starts_with(|it: char| it.is_ascii_uppercase())
        && key.chars().all(capital))
    .then_some(key)
}

/// Judges a file that could be read. `text` is the text of `file`.
pub fn judge(
    text: &str,
    file: &EnvFile,
    rules: &EnvConfig,
    required: &[Requirement],
    outside: &Surroundings,
) -> Flaws {
    let values = Values { file, outside };
    let mut flaws = Flaws {
        missing: required.iter().filter(|it| !values.has(&it.key)).cloned().collect(),
        none_of: rules
            .one_of
            .iter()
            .filter(|it| !it.iter().any(|it| values.has(it)))
            .cloned()
            .collect(),
        unequal: rules.equal.iter().filter(|it| values.differ(it)).cloned().collect(),
        not_accepted: values.not_accepted(&rules.values),
        refused: rules
            .refused
            .iter()
            .filter(|it| file.get(it.as_str()).is_some())
            .cloned()
            .collect(),
        repeated: repeated(file),
        bare_lines: file.bare_lines.clone(),
        ..Flaws::default()
    };
    let counts = |it: &&Entry| file.get(&it.key).is_some_and(|last| last.line == it.line);
    for entry in file.entries.iter().filter(counts) {
        let name = shown(entry);
        if is_placeholder(entry.value.reveal(), &rules.placeholders) {
            flaws.placeholders.push(name.clone());
        }
        if rules.shell_safe && !reads_alike(text, entry) {
            flaws.shell_unsafe.push(name.clone());
        }
        if entry.uses.unset {
            flaws.blanks.push(name.clone());
        }
        if let (Ok(key), Some(_)) = (entry.key.parse(), outside.get(&entry.key)) {
            flaws.overridden.push(key);
        }
        if !entry.uses.outside.is_empty() {
            flaws.from_root.insert(name, entry.uses.outside.clone());
        }
    }
    flaws
}

struct Values<'f> {
    file: &'f EnvFile,
    outside: &'f Surroundings,
}

impl<'f> Values<'f> {
    fn of(&self, key: &EnvKey) -> Option<&'f str> {
        let outside = self.outside.get(key.as_str()).map(String::as_str);
        let value = outside.or_else(|| Some(self.file.get(key.as_str())?.value.reveal()));
        value.filter(|it| !it.is_empty())
    }

    fn has(&self, key: &EnvKey) -> bool {
        self.of(key).is_some()
    }

    fn differ(&self, keys: &[EnvKey]) -> bool {
        let mut values = keys.iter().filter_map(|it| self.of(it));
        let first = values.next();
        values.any(|it| Some(it) != first)
    }

    fn not_accepted(&self, rules: &BTreeMap<EnvKey, Vec<String>>) -> BTreeMap<EnvKey, Vec<String>> {
        let wrong = |(key, accepted): &(&EnvKey, &Vec<String>)| {
            self.of(key).is_some_and(|it| !accepted.iter().any(|accepted| accepted == it))
        };
        rules.iter().filter(wrong).map(|(key, accepted)| (key.clone(), accepted.clone())).collect()
    }
}

fn repeated(file: &EnvFile) -> BTreeMap<String, Vec<usize>> {
    let mut lines: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &file.entries {
        lines.entry(&entry.key).or_default().push(entry);
    }
    let several = lines.into_values().filter(|it| it.len() > 1);
    several.map(|it| (shown(it[0]), it.iter().map(|it| it.line).collect())).collect()
}

fn is_placeholder(value: &str, patterns: &[Placeholder]) -> bool {
    !value.is_empty() && patterns.iter().any(|it| it.matches(value))
}
