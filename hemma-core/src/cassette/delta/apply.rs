//! Changes an answer at a path.

use serde_json::Value;

use super::path::{name_key, unescaped};

pub(super) fn set(answer: &mut Value, path: &str, value: Value) -> Result<(), &'static str> {
    let (parent, last) = parent(answer, path)?;
    match parent {
        Value::Object(map) => match map.get_mut(&last) {
            Some(it) => merge(it, value),
            None => drop(map.insert(last, value)),
        },
        Value::Array(items) => match (place(items, &last), new_place(&last)) {
            (Some(at), _) => merge(&mut items[at], value),
            (None, Some(at)) if at <= items.len() => items.insert(at, value),
            (None, _) => {
                return Err("is neither an element of that list nor a place for a new one");
            }
        },
        _ => return Err("is below a value that holds no others"),
    }
    Ok(())
}

fn merge(into: &mut Value, value: Value) {
    match (into, value) {
        (Value::Object(into), Value::Object(map)) => {
            for (key, value) in map {
                match into.get_mut(&key) {
                    Some(it) => merge(it, value),
                    None => drop(into.insert(key, value)),
                }
            }
        }
        (into, value) => *into = value,
    }
}

pub(super) fn remove(answer: &mut Value, path: &str) -> Result<(), &'static str> {
    const GONE: &str = "is not in the earlier answer";
    let (parent, last) = parent(answer, path)?;
    match parent {
        Value::Object(map) => drop(map.remove(&last).ok_or(GONE)?),
        Value::Array(items) => drop(items.remove(place(items, &last).ok_or(GONE)?)),
        _ => return Err(GONE),
    }
    Ok(())
}

/// The value that contains the target of a path, and the last segment of the path.
fn parent<'v>(answer: &'v mut Value, path: &str) -> Result<(&'v mut Value, String), &'static str> {
    let words = path.strip_prefix('/').ok_or("is not a path: it does not begin with `/`")?;
    let mut words: Vec<_> = words.split('/').map(unescaped).collect();
    let last = words.pop().unwrap_or_default();
    let mut at = answer;
    for word in words {
        let next = match at {
            Value::Object(map) => map.get_mut(&word),
            Value::Array(items) => place(items, &word).and_then(|it| items.get_mut(it)),
            _ => None,
        };
        at = next.ok_or("does not exist in the earlier answer")?;
    }
    Ok((at, last))
}

/// The index of a list element, given by its name or its position.
fn place(items: &[Value], word: &str) -> Option<usize> {
    match name_key(items) {
        Some(key) => items.iter().position(|it| it[key] == *word),
        None if word.starts_with('+') => None,
        None => word.parse().ok().filter(|it| *it < items.len()),
    }
}

/// The index of a new element, read from `+3`.
fn new_place(word: &str) -> Option<usize> {
    word.strip_prefix('+')?.parse().ok()
}
