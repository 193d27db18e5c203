//! Reading a whole `hemma.toml` and reporting all mistakes, not only the first.
//!
//! The types say what a value may be, but deserialization stops at the first mistake. So each
//! mistake is noted and taken out of the tree, and the tree is read again, until the rest is free
//! of mistakes. Contradictions between values are looked for last ([`rules`](super::rules)).

use std::path::Path;

use hemma_core::Suggestions;
use hemma_core::names::DestinationName;
use serde::Deserialize;
use toml::de::DeTable;

use super::destinations::Destinations;
use super::document::{Node, Value};
use super::error::Problems;
use super::fault::{About, Fault};
use super::reader::Reader;

use super::{Config, ConfigError, Surroundings, rules, syntax};

/// The largest `hemma.toml` that is read, far above any real one.
pub(super) const BYTES_MAX: usize = 64 * 1024;

/// The settings of a file, or all of its mistakes.
pub(super) fn read(
    text: &str,
    path: &Path,
    surroundings: &Surroundings,
    destination: Option<&DestinationName>,
) -> Result<Config, ConfigError> {
    // A byte order mark at the beginning is not part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::new(text, path);
    if text.len() > BYTES_MAX {
        problems.push(0, None, too_large());
        problems.into_result()?;
        return Ok(Config::default());
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let is_broken = syntax::report(text, &table, &errors, &mut problems);
    problems.close_lines();
    if is_broken {
        problems.into_result()?;
        return Ok(Config::default());
    }
    let mut tree = Node::of(&table);
    let destinations = Destinations::take(&mut tree, &mut problems);
    let whole = |tree: &mut Node, problems: &mut Problems<'_>| whole(tree, surroundings, problems);
    let mut all = destinations.read(&tree, &mut problems, whole);
    let chosen = match destination {
        None => whole(&mut tree, &mut problems),
        Some(name) => all.remove(name).unwrap_or_else(|| {
            problems.push(0, None, no_such(name, &destinations));
            Config::default()
        }),
    };
    problems.into_result().map(|()| chosen)
}

/// The settings of a tree. Its mistakes are noted.
fn whole(tree: &mut Node, surroundings: &Surroundings, problems: &mut Problems<'_>) -> Config {
    let mut config = typed(tree, problems);
    rules::derive(&mut config, (tree, surroundings), problems);
    rules::check(&config, tree, problems);
    config
}

fn no_such(name: &DestinationName, destinations: &Destinations) -> String {
    let known = Suggestions::new(name.as_str(), destinations.names().map(DestinationName::as_str));
    format!("there is no `[destination.{name}]`; {known}")
}

/// The settings of a file's bytes, which may be too many, or not UTF-8.
pub(super) fn read_bytes(
    bytes: &[u8],
    path: &Path,
    surroundings: &Surroundings,
    destination: Option<&DestinationName>,
) -> Result<Config, ConfigError> {
    let refuse = |text: &str, message: String| {
        let mut problems = Problems::new(text, path);
        problems.push(text.len(), None, message);
        problems.into_result().map(|()| Config::default())
    };
    if bytes.len() > BYTES_MAX {
        return refuse("", too_large());
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return refuse("", "the file is UTF-16; save it as UTF-8".to_owned());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text, path, surroundings, destination),
        Err(error) => {
            let good = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            refuse(good, "the file is not UTF-8 text from here on; save it as UTF-8".to_owned())
        }
    }
}

fn too_large() -> String {
    format!("the file is larger than {} KiB, so it cannot be a hemma.toml", BYTES_MAX / 1024)
}

/// The settings that remain after all mistakes were taken out of the tree.
fn typed(tree: &mut Node, problems: &mut Problems<'_>) -> Config {
    loop {
        match Config::deserialize(Reader(tree)) {
            Ok(config) => return config,
            Err(fault) => {
                let follows = follows(tree, &fault);
                if !follows {
                    let at = fault.span.as_ref().map_or(0, |it| it.start);
                    problems.push(at, fault.key(), fault.message.clone());
                }
                if problems.is_full() || !tree.remove(&fault.path) {
                    return Config::default();
                }
            }
        }
    }
}

/// Whether a key is missing only because its value was a mistake and was taken out.
fn follows(tree: &Node, fault: &Fault) -> bool {
    let About::Lacking(field) = fault.about else { return false };
    match tree.at(&fault.path).map(|it| &it.value) {
        Some(Value::Table(table)) => table.removed.iter().any(|it| {
            // A misspelled key, such as `service` for `services`, is reported already.
            it == field || Suggestions::new(it, [field]).nearest().is_some()
        }),
        _ => false,
    }
}
