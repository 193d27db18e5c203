//! The keys of cache entries.

use std::fmt;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{Essay, Model, ServerUrl, meta};

/// A hash of everything that an entry depends on, in lowercase hexadecimal digits.
///
/// Texts are hashed without Unicode normalization: two forms of one letter are two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of the vector that `/v1/embed` returns for a text.
    pub fn embed(model: &Model, text: &str) -> Self {
        Self::of(&[&model.name, "|", &model.max_length.to_string(), "|", text])
    }

    /// The key of the vector that `/v1/extract` returns for a text.
    pub fn extract(model: &Model, text: &str) -> Self {
        Self::of(&[&model.name, "|", &model.max_length.to_string(), "|cls|", text])
    }

    /// The key of the handcrafted features of a text and its prompt.
    pub fn handcrafted(essay: &Essay) -> Self {
        let version = meta::SCHEMA_VERSION.to_string();
        Self::of(&[&version, "|", &essay.text, "|", &essay.prompt])
    }

    /// The key of the grammar service's answer about a text, in `offload_language_tool/<key>.json`.
    ///
    /// This crate does not read or write those entries: it has no use for them, and they contain
    /// the service's answer in any form.
    pub fn grammar(
        url: &ServerUrl,
        language: &str,
        timeout_seconds: f64,
        options: &Map<String, Value>,
        text: &str,
    ) -> Self {
        let text = python_words(text).collect::<Vec<_>>().join(" ");
        // The keys of this map are sorted, and a whole number of seconds keeps its `.0`.
        let asked = json!({
            "schema_version": 1,
            "language_tool_url": url.as_str(),
            "language": language,
            "request_timeout_s": timeout_seconds,
            "request_options": options,
            "text_sha256": Self::of(&[&text]).to_string(),
        });
        Self::of(&[&asked.to_string()])
    }

    /// The hash of the parts, one after another.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }
}

/// The words of a text as Python's `\\s+` splits them: it takes four control characters for white
/// space that Unicode does not.
fn python_words(text: &str) -> impl Iterator<Item = &str> {
    let space = |it: char| it.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&it);
    text.split(space).filter(|it| !it.is_empty())
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}
