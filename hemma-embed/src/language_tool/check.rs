//! The grammar check of one text.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use hemma_core::{Live, NotRecorded, Question};
use serde::{Deserialize, Serialize};

use crate::health::wire_of;
use crate::wire::Until;
use crate::{LookError, Retry, ServerUrl};

/// The maximum length of a text in characters (code points).
pub const TEXT_LIMIT: usize = 50_000;
/// The limit of an answer. Every mistake has its context; a text full of mistakes gives a few
/// megabytes.
const BODY_LIMIT: usize = 64 << 20;

/// A question for the mistakes in a text. Empty fields are not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The address of the service.
    pub url: ServerUrl,
    /// The request.
    #[serde(flatten)]
    pub request: CheckRequest,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckRequest {
    /// The text, of 1 to [`TEXT_LIMIT`] characters.
    pub text: String,
    /// The language, like `en-US`, or `auto`.
    pub language: String,
    /// The strictness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The categories of rules to enable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled_categories: Vec<String>,
    /// The categories of rules to disable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled_categories: Vec<String>,
    /// The rules to enable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled_rules: Vec<String>,
    /// The rules to disable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled_rules: Vec<String>,
    /// Whether only the enabled rules are used.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub enabled_only: bool,
}

/// The strictness of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The usual rules.
    Default,
    /// The usual rules and those of style.
    Picky,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The mistakes in the order of the text.
    pub errors: Vec<Mistake>,
    /// The number of mistakes.
    pub total_grammar_errors: u64,
    /// The number of mistakes in each category.
    #[serde(default)]
    pub grammar_category_counts: BTreeMap<String, u64>,
    /// The number of mistakes against each rule.
    #[serde(default)]
    pub grammar_rule_counts: BTreeMap<String, u64>,
    /// The language whose rules were used.
    pub language: String,
    /// The duration in milliseconds.
    pub processing_time_ms: u64,
}

/// A mistake in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// The id of the rule.
    pub rule_id: String,
    /// A description in a sentence.
    pub message: String,
    /// A description in a few words.
    #[serde(default)]
    pub short_message: String,
    /// The start in UTF-16 units; see [`Mistake::span`].
    pub offset: usize,
    /// The length in UTF-16 units.
    pub length: usize,
    /// Suggested replacements; five at most.
    #[serde(default)]
    pub replacements: Vec<String>,
    /// The severity.
    pub severity: Severity,
    /// The id of the rule's category.
    #[serde(default)]
    pub category_id: String,
    /// The name of the rule's category.
    #[serde(default)]
    pub category_name: String,
    /// The text around it.
    #[serde(default)]
    pub context: String,
}

/// The severity of a mistake.
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
    /// The byte range of the mistake in `text`. The service counts in UTF-16 units, as Java does.
    pub fn span(&self, text: &str) -> Option<Range<usize>> {
        let start = byte_of(text, self.offset)?;
        Some(start..byte_of(text, self.offset.checked_add(self.length)?)?)
    }
}

/// The byte index of a UTF-16 unit; `None` inside a character or after the end.
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
    /// The length of the text is outside the service's limits.
    #[error("the text has {characters} characters, the grammar service takes 1 to {TEXT_LIMIT}")]
    Length {
        /// The length in characters.
        characters: usize,
    },
    /// The request failed.
    #[error(transparent)]
    Look(#[from] LookError),
}

impl From<NotRecorded> for CheckError {
    fn from(missing: NotRecorded) -> Self {
        Self::Look(missing.into())
    }
}

impl Check {
    /// A check with the usual rules of American English.
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

    /// Sends the request once: the service answers every failure with the same 500, and is slow
    /// under load, so a retry makes things worse.
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
