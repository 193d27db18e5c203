//! Reads the text of a cassette and restores its whole answers.

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::answers::Answers;
use super::delta::Delta;
use super::error::CassetteError;
use crate::{Cassette, Exchange, Scene};

/// A cassette as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    /// The cassette whose answers precede this one's, as a path from its directory.
    pub(super) base: Option<Spanned<String>>,
    scene: Scene,
    #[serde(default)]
    exchange: Vec<Spanned<StoredExchange>>,
}

/// An exchange as a file has it: with its answer, or with the difference from an earlier one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredExchange {
    kind: String,
    at_ms: Option<u64>,
    #[serde(default)]
    took_ms: u64,
    #[serde(default)]
    progress: Vec<String>,
    #[serde(default)]
    asked: Value,
    answer: Option<Value>,
    from: Option<From>,
    #[serde(default)]
    removed: Vec<String>,
    changed: Option<Map<String, Value>>,
    error: Option<Value>,
}

/// The answer that a difference starts from, if it is not the last one.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum From {
    Base,
}

impl Stored {
    pub(super) fn read(text: &str) -> Result<Self, CassetteError> {
        // The parser's error names the line and the column, and shows the line.
        toml::from_str(text).map_err(|source| CassetteError::new(source.to_string().trim_end()))
    }

    /// The cassette with whole answers. `text` is the text that it was parsed from.
    pub(super) fn expanded(
        self,
        text: &str,
        base: Option<&Cassette>,
    ) -> Result<Cassette, CassetteError> {
        let mut answers = Answers::of_base(base);
        let mut cassette = Cassette { scene: self.scene, exchange: Vec::new() };
        let mut at_ms = 0;
        for (number, stored) in (1..).zip(self.exchange) {
            let byte = stored.span().start;
            let stored = stored.into_inner();
            at_ms = stored.at_ms.unwrap_or(at_ms);
            let name = format!("exchange {number} ({})", stored.kind);
            let exchange = stored
                .expanded(at_ms, &answers)
                .map_err(|it| CassetteError::at(text, byte, format_args!("{name}: {it}")))?;
            answers.add(&exchange);
            cassette.exchange.push(exchange);
        }
        Ok(cassette)
    }
}

impl StoredExchange {
    fn expanded(self, at_ms: u64, answers: &Answers) -> Result<Exchange, String> {
        let outcomes = [self.answer.is_some(), self.is_delta(), self.error.is_some()];
        if outcomes.iter().filter(|it| **it).count() > 1 {
            return Err(
                "an answer, changes to an earlier one, and an error exclude each other".into()
            );
        }
        let answer = if self.is_delta() {
            let before = self.before(answers)?;
            let delta = Delta { removed: self.removed, changed: self.changed.unwrap_or_default() };
            Some(delta.apply(before).map_err(|it| it.to_string())?)
        } else {
            self.answer
        };
        let exchange = Exchange {
            kind: self.kind,
            at_ms,
            took_ms: self.took_ms,
            progress: self.progress,
            asked: self.asked,
            answer,
            error: self.error,
        };
        let outcome = exchange.answer.as_ref().or(exchange.error.as_ref());
        if holds_null(&exchange.asked) || outcome.is_some_and(|it| it.is_null() || holds_null(it)) {
            return Err("it holds `nan` or `inf`, which are not numbers".to_owned());
        }
        Ok(exchange)
    }

    fn is_delta(&self) -> bool {
        self.changed.is_some() || !self.removed.is_empty() || self.from.is_some()
    }

    fn before<'a>(&self, answers: &'a Answers) -> Result<&'a Value, &'static str> {
        match self.from {
            Some(From::Base) => answers.in_base(&self.kind, &self.asked).ok_or(
                "the base has no answer to a question of this kind, so there is nothing to \
                 change",
            ),
            None => answers.before(&self.kind, &self.asked).map(|(it, _)| it).ok_or(
                "there is no earlier answer to a question of this kind, so there is \
                 nothing to change",
            ),
        }
    }
}

/// Whether a value contains a number that JSON cannot hold: it reads as null.
fn holds_null(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|it| it.is_null() || holds_null(it)),
        Value::Object(map) => map.values().any(|it| it.is_null() || holds_null(it)),
        _ => false,
    }
}
