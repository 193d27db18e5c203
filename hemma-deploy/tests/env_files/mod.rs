//! Unusual `.env` files, for the parsers that have to agree about them.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// The keys that the compose file asks for. Only these are compared.
pub(crate) const KEYS: [&str; 6] = ["A", "B", "C", "D", "E", "K"];

/// The text for a variable that is not set.
pub(crate) const UNSET: &str = "(unset)";

/// The pieces that files are put together from.
const PIECES: &[&str] = &[
    "A", "B", "C", "=", "=", "=", ":", " ", "\n", "\n", "#", " #", "'", "\"", "\\", "$", "{", "}",
    "${A", "${B:-", "${C-", "${A:+", "${B:?", "$A", "$$", "x", "é", "\t", "\r\n", "export ", "\\n",
    "\\0101", "\\$", "-", "?", "+", "[", ".", "1", "日",
];

/// Files that are mostly valid, and some of any text.
pub(crate) fn files() -> impl Strategy<Value = String> {
    let text = proptest::collection::vec(proptest::sample::select(PIECES), 0..24);
    let statement = (
        proptest::sample::select(&["A=", "B=", "C=", "D = ", "export E=", "K: "][..]),
        proptest::collection::vec(proptest::sample::select(PIECES), 0..10),
    );
    let file = proptest::collection::vec(statement, 1..5).prop_map(|lines| {
        let line = |(key, value): (&str, Vec<&str>)| format!("{key}{}\n", value.concat());
        lines.into_iter().map(line).collect::<String>()
    });
    prop_oneof![1 => text.prop_map(|it| it.concat()), 3 => file]
}

pub(crate) fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}
