//! The earlier answers of a cassette, from which the next answer is written as a difference.

use serde_json::Value;

use crate::{Cassette, Exchange};

/// Answers in the order of the file; those of the base come first.
#[derive(Default)]
pub(super) struct Answers {
    all: Vec<Answered>,
    of_base: usize,
}

/// An answer with the question that it belongs to.
struct Answered {
    kind: String,
    asked: Value,
    answer: Value,
}

impl Answers {
    pub(super) fn of_base(base: Option<&Cassette>) -> Self {
        let mut answers = Self::default();
        base.iter().flat_map(|it| &it.exchange).for_each(|it| answers.add(it));
        Self { of_base: answers.all.len(), ..answers }
    }

    /// Adds the answer of an exchange, if it has one.
    pub(super) fn add(&mut self, exchange: &Exchange) {
        if let Some(answer) = exchange.answer.clone() {
            let (kind, asked) = (exchange.kind.clone(), exchange.asked.clone());
            self.all.push(Answered { kind, asked, answer });
        }
    }

    /// The last answer to this question, or else to another question of its kind, and whether that
    /// answer is in the base.
    pub(super) fn before(&self, kind: &str, asked: &Value) -> Option<(&Value, bool)> {
        let (at, it) = last(&self.all, kind, asked)?;
        Some((it, at < self.of_base))
    }

    /// The answer in the base to this question, or else to another question of its kind.
    pub(super) fn in_base(&self, kind: &str, asked: &Value) -> Option<&Value> {
        last(&self.all[..self.of_base], kind, asked).map(|(_, it)| it)
    }
}

fn last<'a>(answers: &'a [Answered], kind: &str, asked: &Value) -> Option<(usize, &'a Value)> {
    let of_kind = || answers.iter().enumerate().rev().filter(|(_, it)| it.kind == kind);
    let found = of_kind().find(|(_, it)| it.asked == *asked).or_else(|| of_kind().next());
    found.map(|(at, it)| (at, &it.answer))
}
