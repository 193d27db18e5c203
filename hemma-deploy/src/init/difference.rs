//! How a draft differs from the `hemma.toml` that a repository has.

use std::fmt;

use super::{Draft, Source, Table};
use crate::Config;

/// A value in which they differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The key: `compose.files`, `public`.
    pub key: String,
    /// The value in force; `None` where there is none.
    pub now: Option<String>,
    /// The proposed value.
    pub proposed: String,
    /// Its source.
    pub source: Source,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(now) = &self.now {
            writeln!(f, "- {} = {now}", self.key)?;
        }
        writeln!(f, "+ {} = {}  # {}", self.key, self.proposed, self.source)
    }
}

/// The differences of a draft from the settings in force. What the file says explicitly counts more
/// than a guess, and what it says beyond the draft is not one.
pub fn difference(draft: &Draft, config: &Config) -> Vec<Difference> {
    let Ok(now) = toml::Value::try_from(config) else { return Vec::new() };
    let all = draft.tables.iter().flat_map(|it| of_table(it, &now));
    // One way of saying where the names lead is enough.
    let is_second = |it: &Difference| {
        let leads = matches!(it.key.as_str(), "edge.host" | "edge.addresses");
        leads && config.edge.has_target() && !matches!(it.source, Source::Flag(_))
    };
    all.filter(|it| !is_second(it)).collect()
}

fn of_table(table: &Table, now: &toml::Value) -> Vec<Difference> {
    let at = |value: &toml::Value| {
        table.name.split('.').try_fold(value.clone(), |value, key| value.get(key).cloned())
    };
    let current = at(now);
    if table.is_list {
        return new_entry(table, current.as_ref()).into_iter().collect();
    }
    let mut found = Vec::new();
    for it in table.values.iter().filter(|it| !it.source.is_guess()) {
        let value = current.as_ref().and_then(|table| table.get(it.key));
        // What was written counts more than what git and the usual names say.
        if value.is_some() && matches!(it.source, Source::Repository(_)) {
            continue;
        }
        let lacks = missing(value, &it.value, it.key);
        if let Some(proposed) = lacks {
            let key = format!("{}.{}", table.name, it.key);
            let now = value.map(ToString::to_string);
            let source = it.source.clone();
            found.push(Difference { key, now, proposed: proposed.to_string(), source });
        }
    }
    found
}

/// The proposed value, if the one in force differs from it. Lists of what is allowed or required may
/// have more.
fn missing(now: Option<&toml::Value>, proposed: &toml::Value, key: &str) -> Option<toml::Value> {
    let grows = matches!(key, "open" | "required" | "databases" | "profiles" | "addresses");
    match (now, proposed) {
        (Some(now), proposed) if now == proposed => None,
        (Some(toml::Value::Array(now)), toml::Value::Array(proposed)) if grows => {
            let more: Vec<_> = proposed.iter().filter(|it| !now.contains(it)).cloned().collect();
            (!more.is_empty())
                .then(|| toml::Value::Array(now.iter().cloned().chain(more).collect()))
        }
        (_, proposed) => Some(proposed.clone()),
    }
}

/// An entry of a list that has no entry of its name, or of its port, yet.
fn new_entry(table: &Table, current: Option<&toml::Value>) -> Option<Difference> {
    let value = |key: &str| table.values.iter().find(|it| it.key == key).map(|it| &it.value);
    let is_there = |entry: &toml::Value| {
        let is = |key: &str| value(key).is_some() && entry.get(key) == value(key);
        is("name") || is("remote")
    };
    let entries = current.and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if entries.iter().any(is_there) {
        return None;
    }
    let pairs = table.values.iter().map(|it| format!("{} = {}", it.key, it.value));
    let proposed = format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "));
    let source = table.values.first()?.source.clone();
    Some(Difference { key: format!("[[{}]]", table.name), now: None, proposed, source })
}
