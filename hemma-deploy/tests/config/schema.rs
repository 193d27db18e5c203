//! A validator for the part of JSON Schema that the schema of `hemma.toml` uses. Any other keyword
//! is an error, so no rule of the schema is passed over.

use regex_lite::Regex;
use serde_json::{Map, Value};

/// Keywords for people.
const SILENT: [&str; 8] =
    ["$schema", "$defs", "title", "description", "default", "examples", "format", "$ref"];

/// Whether the schema accepts a document.
pub(crate) fn takes(root: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.strip_prefix("#/$defs/").expect("a definition of its own");
        return takes(root, &root["$defs"][name], value);
    }
    let rules = schema.as_object().expect("a schema is an object");
    rules.iter().filter(|it| !SILENT.contains(&it.0.as_str())).all(|(rule, limit)| {
        let text = || value.as_str().unwrap_or_default();
        let number = || value.as_i64().unwrap_or_default();
        let limit_number = || limit.as_i64().expect("a number");
        match rule.as_str() {
            "type" => is_a(limit, value),
            "pattern" => matches(limit.as_str().expect("a pattern"), text()),
            "minimum" => number() >= limit_number(),
            "maximum" => number() <= limit_number(),
            "minItems" => items(value).len() >= usize::try_from(limit_number()).expect("small"),
            "items" => items(value).iter().all(|it| takes(root, limit, it)),
            "anyOf" => items(limit).iter().any(|it| takes(root, it, value)),
            "oneOf" => items(limit).iter().filter(|it| takes(root, it, value)).count() == 1,
            "const" => value == limit,
            "required" => {
                items(limit).iter().all(|it| value.get(it.as_str().expect("a key")).is_some())
            }
            "properties" => entries(value)
                .all(|(key, it)| limit.get(key).is_none_or(|rule| takes(root, rule, it))),
            "patternProperties" => entries(value).all(|(key, it)| {
                let rules = limit.as_object().expect("patterns");
                rules.iter().filter(|rule| matches(rule.0, key)).all(|rule| takes(root, rule.1, it))
            }),
            "additionalProperties" => entries(value).all(|(key, it)| {
                is_named(rules, key)
                    || match limit {
                        Value::Bool(taken) => *taken,
                        schema => takes(root, schema, it),
                    }
            }),
            other => panic!("the test knows no `{other}`"),
        }
    })
}

fn is_a(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap_or_default() {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => items(kind).iter().any(|it| is_a(it, value)),
    }
}

fn is_named(rules: &Map<String, Value>, key: &str) -> bool {
    let patterns = rules.get("patternProperties").and_then(Value::as_object);
    rules.get("properties").is_some_and(|it| it.get(key).is_some())
        || patterns.is_some_and(|it| it.keys().any(|it| matches(it, key)))
}

fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).expect("a pattern").is_match(text)
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
