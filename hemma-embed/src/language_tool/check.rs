//! One text, and what is wrong with it.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use hemma_core::{Live, NotRecorded, Question};
use serde::{Deserialize, Serialize};

use crate::health::wire_of;
use crate::wire::Until;
use crate::{LookError, Retry, ServerUrl};

/// Characters (code points) that the service takes at most.
pub const TEXT_LIMIT: usize = 50_000;
/// Every mistake comes with its context; a text of nothing but mistakes gives a few megabytes.
const BODY_LIMIT: usize = 64 << 20;

/// Asks for the mistakes in a text. What is left out is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Where the service is.
    pub url: ServerUrl,
    /// The request itself.
    #[serde(flatten)]
    pub request: CheckRequest,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckRequest {
    /// 1 to [`TEXT_LIMIT`] characters.
    pub text: String,
    /// Like `en-US`, or `auto`.
    pub language: String,
    /// How strict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Kinds of rules to switch on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled_categories: Vec<String>,
    /// Kinds of rules to switch off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled_categories: Vec<String>,
    /// Rules to switch on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled_rules: Vec<String>,
    /// Rules to switch off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled_rules: Vec<String>,
    /// Whether nothing is on but what is switched on here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub enabled_only: bool,
}

/// How strict a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As usual.
    Default,
    /// Matters of style as well.
    Picky,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The mistakes in the order of the text.
    pub errors: Vec<Mistake>,
    /// How many.
    pub total_grammar_errors: u64,
    /// How many of each category.
    #[serde(default)]
    pub grammar_category_counts: BTreeMap<String, u64>,
    /// How many of each rule.
    #[serde(default)]
    pub grammar_rule_counts: BTreeMap<String, u64>,
    /// The language of the rules.
    pub language: String,
    /// How long it took.
    pub processing_time_ms: u64,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// The rule that it breaks.
    pub rule_id: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What is wrong, in a few words.
    #[serde(default)]
    pub short_message: String,
    /// Where it begins, in UTF-16 units; see [`Mistake::span`].
    pub offset: usize,
    /// How long it is, in UTF-16 units.
    pub length: usize,
    /// What could stand there instead; five at most.
    #[serde(default)]
    pub replacements: Vec<String>,
    /// How grave it is.
    pub severity: Severity,
    /// The kind of rule.
    #[serde(default)]
    pub category_id: String,
    /// The kind of rule, for people.
    #[serde(default)]
    pub category_name: String,
    /// The text around it.
    #[serde(default)]
    pub context: String,
}

/// How grave a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A suggestion.
    Info,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}

impl Mistake {
    /// The bytes of `text` that it is about. The service counts in UTF-16 units, as Java does.
    pub fn span(&self, text: &str) -> Option<Range<usize>> {
        let start = byte_of(text, self.offset)?;
        Some(start..byte_of(text, self.offset.checked_add(self.length)?)?)
    }
}

/// The byte at which a UTF-16 unit begins; `None` in the middle of a character or behind the end.
fn byte_of(text: &str, unit: usize) -> Option<usize> {
    let mut units = 0;
    for (byte, letter) in text.char_indices() {
        if units >= unit {
            return (units == unit).then_some(byte);
        }
        units += letter.len_utf16();
    }
    (units == unit).then_some(text.len())
}

/// Why a text was not checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CheckError {
    /// The service takes texts of other lengths.
    #[error("the text has {characters} characters, the grammar service takes 1 to {TEXT_LIMIT}")]
    Length {
        /// Its length.
        characters: usize,
    },
    /// The request came to nothing.
    #[error(transparent)]
    Look(#[from] LookError),
}

impl From<NotRecorded> for CheckError {
    fn from(missing: NotRecorded) -> Self {
        Self::Look(missing.into())
    }
}

impl Check {
    /// A check in American English with the usual rules.
    pub fn new(url: ServerUrl, text: impl Into<String>) -> Self {
        let request = CheckRequest {
            text: text.into(),
            language: "en-US".to_owned(),
            level: None,
            enabled_categories: Vec::new(),
            disabled_categories: Vec::new(),
            enabled_rules: Vec::new(),
            disabled_rules: Vec::new(),
            enabled_only: false,
        };
        Self { url, request }
    }
}

impl Question for Check {
    const KIND: &'static str = "language-tool.check";
    type Answer = Checked;
    type Error = CheckError;

    /// Once: the service answers every failure with the same 500, and is slow when it is asked too
    /// much, so asking again makes things worse.
    async fn ask(&self, live: &Live) -> Result<Checked, CheckError> {
        let characters = self.request.text.chars().count();
        if !(1..=TEXT_LIMIT).contains(&characters) {
            return Err(CheckError::Length { characters });
        }
        let body = serde_json::to_vec(&self.request).expect("strings are JSON");
        let until = Until::within(Retry::default().deadline);
        let wire = wire_of(live);
        let answer = wire.post(&self.url, "/v1/check", Bytes::from(body), until).await;
        let asked = async { answer?.good().await?.json(BODY_LIMIT).await };
        Ok(asked.await.map_err(LookError::Request)?)
    }
}
