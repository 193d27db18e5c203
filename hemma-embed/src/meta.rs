//! The server's description of how its features were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of the schema that this crate reads.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// `meta.json` of an answer, and of the cache. The fields have the order in which Python writes
/// them, so that both clients write the same file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The version of the schema; only 1 is read.
    pub schema_version: u32,
    /// A hash of everything that affects the features.
    pub server_fingerprint: Fingerprint,
    /// The commit of the server, if it is known.
    pub git_sha: Option<String>,
    /// The libraries behind the features.
    pub versions: Versions,
    /// The model.
    pub embedding: EmbeddingMeta,
    /// The grammar service behind the server.
    pub language_tool: LanguageToolMeta,
    /// The names of the columns.
    pub feature_schema: FeatureSchema,
}

/// Versions of the libraries behind the features.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the version of the library that it is named after")]
pub struct Versions {
    pub python: Option<String>,
    pub numpy: Option<String>,
    pub torch: Option<String>,
    pub transformers: Option<String>,
    pub spacy: Option<String>,
    pub textdescriptives: Option<String>,
    pub en_core_web_sm: Option<String>,
}

/// The model as the server runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddingMeta {
    /// The name of the model.
    pub model_name: String,
    /// The number of tokens of a text that the model reads.
    pub max_length: u32,
    /// The pooling of tokens into one vector; always `cls`, which is part of the cache key.
    pub pooling: String,
    /// The number of values in a vector.
    pub dim: usize,
}

/// The grammar service as the server calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageToolMeta {
    /// The language of all texts.
    pub language: String,
    /// The enabled and disabled rules.
    pub request_options: serde_json::Map<String, serde_json::Value>,
    /// Its address, as the server calls it.
    pub service_url: Option<String>,
    /// The version of `LanguageTool`.
    pub jar_version: Option<String>,
}

/// The names of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureSchema {
    /// Features of the text and its errors.
    pub tier1: Vec<String>,
    /// Features of syntax and similarity.
    pub tier2: Vec<String>,
    /// Features of structure.
    pub tier3: Vec<String>,
    /// The vector and the tiers, in the order of a combined row.
    pub combined: Vec<String>,
}

impl FeatureSchema {
    /// The number of columns of the handcrafted matrix.
    pub fn counted(&self) -> usize {
        self.tier1.len() + self.tier2.len() + self.tier3.len()
    }
}

/// A server's fingerprint: 64 lowercase hexadecimal digits. It names a directory in the cache, so
/// no other text is valid.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

/// The error for a text that is not a valid fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the fingerprint of a server")]
pub struct FingerprintError(String);

impl Fingerprint {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        if text.len() == 64 && text.bytes().all(digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(FingerprintError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
