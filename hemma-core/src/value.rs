//! A value as JSON: the form in which questions are compared, in memory and in a recording.

use serde::Serialize;
use serde_json::Value;

/// A value with its keys sorted and without nulls, which TOML does not have.
pub(crate) fn value_of(value: &(impl Serialize + ?Sized)) -> Value {
    // Only a map with keys that are not strings fails; no question has one.
    without_nulls(serde_json::to_value(value).unwrap_or_default())
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, it)| !it.is_null())
            .map(|(key, it)| (key, without_nulls(it)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
