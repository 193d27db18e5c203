//! Plain English in doc comments, which docs.rs shows alone, and in what the program prints.

use crate::source::{Piece, pieces, read, rust_files, without_tests};

/// Phrases that neither doc comments nor strings have, and what to say instead.
const PHRASES: [(&str, &str); 5] = [
    ("whoever", "the operator, the caller, a program that …"),
    ("somebody", "a person, another operator, another program"),
    ("nobody", "no …, or the passive"),
    (" anew", "again; rebuild, recreate"),
    ("everybody", "other machines, everyone with access"),
];

/// Phrases that no doc comment has.
const IN_DOCS: [(&str, &str); 1] =
    [("/// the same", "the noun of the item: `The finding for this state`")];

/// Phrases that no string has.
const IN_STRINGS: [(&str, &str); 18] = [
    ("beside ", "next to"),
    ("mend th", "fix, repair"),
    ("mend [[", "fix"),
    ("could not learn", "could not find out"),
    ("said nothing", "printed nothing, sent nothing"),
    ("it is no ", "it is not a"),
    ("this is no ", "this is not a"),
    ("that is no ", "that is not a"),
    ("which is no ", "which is not a"),
    ("` is no ", "is not a"),
    ("stands in", "is in"),
    ("stands twice", "is there twice"),
    ("of that name on", "it does not exist"),
    ("may not make", "may not create"),
    ("gets in with", "can log in with"),
    ("what is there now", "the current …"),
    ("way back", "rollback"),
    ("takes it for granted", "the compose files declare it as external"),
];

/// Names for programs, which stay when words change.
const IDS: &str = "/ids.rs";

#[test]
fn doc_comments_and_strings_are_in_plain_english() {
    let mut found = Vec::new();
    for file in rust_files().into_iter().filter(|it| it.contains("/src/")) {
        let text = read(&file);
        let code = without_tests(&file, &text).join("\n");
        found.extend(doc_comments(&text).filter_map(|(at, line)| {
            let wrong = unclear(line, &[&PHRASES[..], &IN_DOCS].concat())?;
            Some(format!("{file}:{at}: {line}: {wrong}"))
        }));
        if file.ends_with(IDS) {
            continue;
        }
        found.extend(pieces(&code).into_iter().filter_map(|(at, piece)| {
            let Piece::Text(words) = piece else { return None };
            let wrong = unclear(&words.replace("\\\n", ""), &[&PHRASES[..], &IN_STRINGS].concat())?;
            Some(format!("{file}:{at}: {words}: {wrong}"))
        }));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// What is not plain in a text, if anything is.
fn unclear(text: &str, phrases: &[(&str, &str)]) -> Option<String> {
    let text = text.to_lowercase();
    let (phrase, instead) = phrases.iter().find(|it| text.contains(it.0))?;
    Some(format!("instead of `{}`: {instead}", phrase.trim()))
}

/// The doc comments of a file with their lines, without the examples in them.
fn doc_comments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    let lines = text.lines().map(str::trim_start).enumerate();
    let docs = lines.filter(|(_, it)| it.starts_with("///") || it.starts_with("//!"));
    docs.filter(move |(_, it)| {
        let is_fence = it[3..].trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
    .map(|(at, it)| (at + 1, it))
}
