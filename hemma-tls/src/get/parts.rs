//! The parts of a reply that an expectation is about. The whole body is never kept.

use std::collections::BTreeMap;

use hyper::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::printable;

const HEADER_CHARS_MAX: usize = 200;

const VALUE_CHARS_MAX: usize = 100;

/// The parts of a reply to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parts {
    /// Headers, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// Fields of a JSON body: a name, or a pointer (`/checks/database`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub json: Vec<String>,
    /// A text that the body may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The parts that a reply had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenParts {
    /// The headers that were there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The fields that were there: a text as it is, another value as JSON.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, String>,
    /// Whether the body has the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_text: bool,
}

impl Parts {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn read(&self, headers: &HeaderMap, body: &[u8], json: &Value) -> SeenParts {
        let of_header = |name: &String| Some((name.clone(), header(headers, name)?));
        let of_field = |name: &String| Some((name.clone(), field(json, name)?));
        let body = || String::from_utf8_lossy(body);
        SeenParts {
            headers: self.headers.iter().filter_map(of_header).collect(),
            json: self.json.iter().filter_map(of_field).collect(),
            has_text: self.text.as_ref().is_some_and(|it| body().contains(it.as_str())),
        }
    }
}

impl SeenParts {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A field of a JSON body that is a text.
pub(super) fn text(json: &Value, name: &str) -> Option<String> {
    Some(printable(json.get(name)?.as_str()?.as_bytes(), VALUE_CHARS_MAX))
}

/// A field of a JSON body, by its name or by a pointer.
fn field(json: &Value, name: &str) -> Option<String> {
    let value = if name.starts_with('/') { json.pointer(name) } else { json.get(name) };
    let text = match value? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(printable(text.as_bytes(), VALUE_CHARS_MAX))
}

/// A header as it may be shown.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|it| printable(it.as_bytes(), HEADER_CHARS_MAX))
}
