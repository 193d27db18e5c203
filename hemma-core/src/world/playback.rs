//! Answers questions from a recording.
//!
//! A question is matched by its content, not by its position, because independent questions run
//! concurrently. Several answers to the same question are returned in the order of the recording. A
//! question without a recorded answer is never asked for real.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::value::value_of;
use crate::{Cassette, Exchange, NotRecorded, Progress};

pub(super) struct Playback(Mutex<Inner>);

struct Inner {
    exchanges: Vec<Exchange>,
    played: Vec<bool>,
    elapsed_ms: u64,
}

impl Playback {
    pub(super) fn new(cassette: Cassette) -> Self {
        let exchanges = cassette.exchange;
        let played = vec![false; exchanges.len()];
        Self(Mutex::new(Inner { exchanges, played, elapsed_ms: 0 }))
    }

    pub(super) fn answer<A, E>(
        &self,
        kind: &'static str,
        asked: &impl Serialize,
        progress: &Progress,
    ) -> (Result<A, E>, Duration)
    where
        A: DeserializeOwned,
        E: DeserializeOwned + From<NotRecorded>,
    {
        let asked = value_of(asked);
        let exchange = match self.take(kind, &asked) {
            Ok(exchange) => exchange,
            Err(missing) => return (Err(missing.into()), Duration::ZERO),
        };
        for line in &exchange.progress {
            progress.line(line);
        }
        let took = Duration::from_millis(exchange.took_ms);
        let unreadable = |kind: &str, source: &serde_json::Error| NotRecorded {
            kind: kind.to_owned(),
            asked: asked.to_string(),
            nearest: Some(format!("the recorded answer does not have the expected form: {source}")),
        };
        let answer = match exchange.error {
            Some(error) => match serde_json::from_value::<E>(error) {
                Ok(error) => Err(error),
                Err(source) => Err(unreadable(kind, &source).into()),
            },
            None => serde_json::from_value::<A>(exchange.answer.unwrap_or(Value::Null))
                .map_err(|source| unreadable(kind, &source).into()),
        };
        (answer, took)
    }

    fn take(&self, kind: &str, asked: &Value) -> Result<Exchange, NotRecorded> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let matching = |(_, it): &(usize, &Exchange)| it.kind == kind && it.asked == *asked;
        let left = inner.exchanges.iter().enumerate().filter(|(at, _)| !inner.played[*at]);
        let Some((at, exchange)) = left.clone().find(matching) else {
            let same_kind = left.filter(|(_, it)| it.kind == kind).map(|(_, it)| &it.asked);
            return Err(NotRecorded {
                kind: kind.to_owned(),
                asked: asked.to_string(),
                nearest: nearest(asked, same_kind),
            });
        };
        let exchange = exchange.clone();
        inner.played[at] = true;
        inner.elapsed_ms = inner.elapsed_ms.max(exchange.at_ms);
        Ok(exchange)
    }

    pub(super) fn elapsed(&self) -> Duration {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_millis(inner.elapsed_ms)
    }

    pub(super) fn unplayed(&self) -> Vec<Exchange> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = inner.exchanges.iter().zip(&inner.played).filter(|(_, played)| !**played);
        left.map(|(exchange, _)| exchange.clone()).collect()
    }
}

/// The recorded question that has the longest beginning and end in common with `asked`.
fn nearest<'v>(asked: &Value, recorded: impl Iterator<Item = &'v Value>) -> Option<String> {
    let asked = asked.to_string();
    let shared = |it: &String| {
        let ahead = asked.bytes().zip(it.bytes()).take_while(|(a, b)| a == b).count();
        let behind = asked.bytes().rev().zip(it.bytes().rev()).take_while(|(a, b)| a == b).count();
        ahead + behind
    };
    recorded.map(Value::to_string).max_by_key(shared)
}
