//! Every public error of the libraries: its class, and its hint or the reason for having none.
//!
//! The class of each variant is repeated here by hand. Variants that the tables lack are found in
//! the sources.

mod errors;
mod files;

use std::collections::BTreeSet;

use errors::{Row, rows, sources};
use hemma_core::Advice;

/// Errors that do not implement `OperatorError`, with the reason.
const PARTS: [(&str, &str); 2] = [
    (
        "hemma_core::live::connect_error::ConnectError",
        "its advice names the host, which `ExecError::Connect` has",
    ),
    ("hemma_docker::compose::dotenv::flaw::Flaw", "`ParseError` has it, with its place"),
];

#[test]
fn each_error_has_the_class_that_its_meaning_asks_for() {
    let wrong = rows().into_iter().filter(|it| it.error.class() != it.class);
    let wrong: Vec<_> = wrong.map(|it| (it.name, it.error.class())).collect();
    assert!(wrong.is_empty(), "these have another class than in the tables: {wrong:#?}");
}

#[test]
fn each_error_has_something_to_try_or_a_reason_for_having_nothing() {
    for Row { name, error, .. } in rows() {
        let words = match error.classify().advice {
            Advice::Try(hint) => hint.to_string(),
            Advice::Nothing(reason) => reason.to_owned(),
        };
        let words = words.split_whitespace().count();
        assert!(words > 1, "{name} has neither a hint nor a reason for having none");
    }
}

#[test]
fn no_public_error_is_missing_from_the_tables() {
    let parts = PARTS.map(|it| it.0.to_owned());
    let is_part = |name: &str| parts.iter().any(|it| name.starts_with(it.as_str()));
    let found: BTreeSet<String> = sources::errors().into_iter().collect();
    let public: BTreeSet<_> = found.iter().filter(|it| !is_part(it)).cloned().collect();
    let listed: BTreeSet<String> = rows().into_iter().map(|it| it.name).collect();
    let missing: Vec<_> = public.difference(&listed).collect();
    assert!(missing.is_empty(), "these are in no table of tests/errors/: {missing:#?}");
    let gone: Vec<_> = listed.difference(&public).collect();
    assert!(gone.is_empty(), "these are in a table, and not in the sources: {gone:#?}");
    for (part, reason) in PARTS {
        let is_there = found.iter().any(|it| it.starts_with(part));
        assert!(is_there && !reason.is_empty(), "{part} is excepted, and there is no such error");
    }
}
