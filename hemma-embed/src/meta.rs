//! What the server says about how its features were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of the schema that this crate reads.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// `meta.json` of an answer, and of the cache. The fields have the order in which Python writes
/// them, so that the file is the same whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// 1, or it is not read.
    pub schema_version: u32,
    /// A hash over everything that changes the features.
    pub server_fingerprint: Fingerprint,
    /// The commit of the server, if it knows.
    pub git_sha: Option<String>,
    /// The libraries behind the features.
    pub versions: Versions,
    /// The model.
    pub embedding: EmbeddingMeta,
    /// The grammar service behind the server.
    pub language_tool: LanguageToolMeta,
    /// What the columns are called.
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
    /// Its name.
    pub model_name: String,
    /// Tokens of a text that it looks at.
    pub max_length: u32,
    /// How tokens become one vector; always `cls`, which is part of the cache key.
    pub pooling: String,
    /// Values in a vector.
    pub dim: usize,
}

/// The grammar service as the server asks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageToolMeta {
    /// The language of all texts.
    pub language: String,
    /// What is switched on or off.
    pub request_options: serde_json::Map<String, serde_json::Value>,
    /// Where it is, as the server sees it.
    pub service_url: Option<String>,
    /// The version of `LanguageTool`.
    pub jar_version: Option<String>,
}

/// The names of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureSchema {
    /// Counted from the text and its errors.
    pub tier1: Vec<String>,
    /// From syntax and similarity.
    pub tier2: Vec<String>,
    /// From structure.
    pub tier3: Vec<String>,
    /// Vector and tiers, in the order of a combined row.
    pub combined: Vec<String>,
}

impl FeatureSchema {
    /// Columns of the handcrafted matrix.
    pub fn counted(&self) -> usize {
        self.tier1.len() + self.tier2.len() + self.tier3.len()
    }
}

/// A server's fingerprint: 64 lowercase hexadecimal digits. It is the name of a directory in the
/// cache, so nothing else may be one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

/// The text is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fingerprint of a server")]
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
