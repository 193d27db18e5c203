//! Writes the text of a cassette: each answer as a whole or as the difference from an earlier one.

use std::fmt;

use serde_json::Value;

use super::answers::Answers;
use super::delta::Delta;
use super::layout;
use crate::{Cassette, Exchange};

/// The text of a cassette. With a base, its first answers may be differences from those of the
/// base, which the text then names.
pub(super) fn of(
    cassette: &Cassette,
    base: Option<(&str, &Cassette)>,
) -> Result<String, fmt::Error> {
    let mut answers = Answers::of_base(base.map(|(_, it)| it));
    let (mut text, mut needs_base, mut at_ms) = (String::new(), false, 0);
    for exchange in &cassette.exchange {
        let mut entries = Entries::of(exchange, at_ms);
        needs_base |= entries.answer(exchange, &answers);
        at_ms = exchange.at_ms;
        answers.add(exchange);
        entries.write(&mut text)?;
    }
    let mut whole = String::new();
    if let Some((name, _)) = base.filter(|_| needs_base) {
        layout::table(&mut whole, "", &[("base", &Value::from(name))])?;
        whole.push('\n');
    }
    whole.push_str("[scene]\n");
    whole.push_str(&toml::to_string_pretty(&cassette.scene).map_err(|_| fmt::Error)?);
    Ok(whole + &text)
}

/// The entry that says that a difference starts from the base.
const FROM_BASE: &str = "from = \"base\"\n";

/// The keys and values of an exchange, in the order in which they are read.
struct Entries(Vec<(&'static str, Value)>);

impl Entries {
    /// The entries of an exchange except its answer. The time is left out if it equals `at_ms`.
    fn of(exchange: &Exchange, at_ms: u64) -> Self {
        let mut entries = vec![("kind", Value::from(exchange.kind.as_str()))];
        if exchange.at_ms != at_ms {
            entries.push(("at_ms", exchange.at_ms.into()));
        }
        if exchange.took_ms != 0 {
            entries.push(("took_ms", exchange.took_ms.into()));
        }
        if !exchange.progress.is_empty() {
            entries.push(("progress", exchange.progress.clone().into()));
        }
        if !exchange.asked.is_null() {
            entries.push(("asked", exchange.asked.clone()));
        }
        entries.extend(exchange.error.iter().map(|it| ("error", it.clone())));
        Self(entries)
    }

    /// Adds the answer in its shortest form, and returns whether reading it needs the base.
    fn answer(&mut self, exchange: &Exchange, answers: &Answers) -> bool {
        let Some(answer) = &exchange.answer else {
            return false;
        };
        let (kind, asked) = (&exchange.kind, &exchange.asked);
        let before = answers.before(kind, asked);
        let delta = before.and_then(|(it, of_base)| Some((Delta::between(it, answer)?, of_base)));
        let length = delta.as_ref().map_or(usize::MAX, |(it, _)| it.length());
        let of_base = answers.in_base(kind, asked).and_then(|it| Delta::between(it, answer));
        let shorter = of_base.filter(|it| it.length() + FROM_BASE.len() < length);
        let (delta, of_base) = match (shorter, delta) {
            // The last answer is the default, so nothing has to name it.
            (Some(delta), _) if before.is_none_or(|(_, of_base)| !of_base) => {
                self.0.push(("from", "base".into()));
                (delta, true)
            }
            (_, Some(delta)) => delta,
            (_, None) => {
                self.0.push(("answer", answer.clone()));
                return false;
            }
        };
        if !delta.removed.is_empty() {
            self.0.push(("removed", delta.removed.into()));
        }
        self.0.push(("changed", delta.changed.into()));
        of_base
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        let entries: Vec<_> = self.0.iter().map(|(key, value)| (*key, value)).collect();
        text.push_str("\n[[exchange]]\n");
        layout::table(text, "exchange", &entries)
    }
}
