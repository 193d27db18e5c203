//! The order of exchanges in a cassette.
//!
//! Concurrent questions end in a different order in each run. Exchanges that overlap in time form a
//! round, which is sorted by question, so that two recordings of one scene have the same order.

use crate::Exchange;

/// Sorts exchanges, given in the order in which they ended, into rounds.
pub(super) fn in_rounds(exchanges: Vec<Exchange>) -> Vec<Exchange> {
    let mut rounds: Vec<Round> = Vec::new();
    for exchange in exchanges {
        let begun = exchange.at_ms.saturating_sub(exchange.took_ms);
        let mut round = Round { ended: exchange.at_ms, exchanges: vec![exchange] };
        // A long question may have begun before several others that ran one after the other.
        while let Some(earlier) = rounds.pop_if(|it| it.ended > begun) {
            round = earlier.with(round);
        }
        rounds.push(round);
    }
    rounds.into_iter().flat_map(Round::sorted).collect()
}

struct Round {
    ended: u64,
    exchanges: Vec<Exchange>,
}

impl Round {
    fn with(mut self, mut later: Self) -> Self {
        self.exchanges.append(&mut later.exchanges);
        Self { ended: self.ended.max(later.ended), ..self }
    }

    /// Sorts by question. Answers to the same question keep their order, since a replay returns
    /// them in it.
    fn sorted(mut self) -> Vec<Exchange> {
        self.exchanges.sort_by_cached_key(|it| (it.kind.clone(), it.asked.to_string()));
        self.exchanges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ended: &[(&str, u64, u64)], ordered: &str) {
        let exchange = |(kind, at_ms, took_ms): &(&str, u64, u64)| Exchange {
            at_ms: *at_ms,
            took_ms: *took_ms,
            ..Exchange::of(kind)
        };
        let exchanges = in_rounds(ended.iter().map(exchange).collect());
        let kinds: Vec<_> = exchanges.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds.join(" "), ordered);
    }

    #[test]
    fn what_runs_at_once_is_sorted() {
        check(&[("b", 9, 9), ("a", 10, 10), ("c", 20, 10), ("b", 30, 10)], "a b c b");
        check(&[("c", 10, 10), ("b", 20, 10), ("a", 30, 29)], "a b c");
        // Sorting again without durations changes nothing.
        check(&[("a", 400, 0), ("b", 300, 0), ("a", 500, 0)], "a b a");
    }
}
