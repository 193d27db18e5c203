//! Mistakes in the TOML syntax of a file.

use toml::de::{DeTable, Error};

use super::document::{Node, Value};
use super::error::Problems;
use super::fault::shown;

/// The number of mistakes that are shown: one often causes others further down.
const SHOWN_MAX: usize = 10;
const READ_MAX: usize = 100;

const BARE: &str =
    "a text needs quotes, as in key = \"text\"; only numbers, true and false have none";

/// The parser's messages, and those for the person who wrote the file.
const WORDS: [(&str, &str); 22] = [
    ("string values must be quoted", BARE),
    ("missing opening quote", "the quotes are not opened"),
    ("key with no value", "a key needs a value: write key = value"),
    ("missing value for key", "a key needs a value: write key = value"),
    ("missing value", "a value is missing here"),
    ("extra `=`", "there is one `=` too many"),
    ("unclosed array table", "the header is not closed; write [[name]]"),
    ("unclosed table", "the header is not closed; write [name]"),
    ("unclosed array", "the list is not closed; its last `]` is missing"),
    ("unclosed inline table", "the table is not closed; its last `}` is missing"),
    ("missing comma between array elements", "there is no comma between two items of the list"),
    ("carriage return must be followed by newline", "a line ends with a carriage return alone"),
    ("invalid basic string", "the quotes are not closed on this line"),
    ("invalid literal string", "the quotes are not closed on this line"),
    ("invalid boolean", BARE),
    ("invalid float", BARE),
    ("unexpected leading zero", "a number is written without zeros before it"),
    ("unexpected key or value", "a line has one key and one value; begin a new line here"),
    ("invalid key-value pair", "a line of TOML is `key = value` or `[table]`"),
    (
        "missing escaped value",
        "in double quotes `\\` begins an escape; write `\\\\`, or use single quotes",
    ),
    ("unquoted keys cannot be empty", "the key is empty"),
    ("cannot recurse further; max recursion depth met", "lists or tables are nested too deeply"),
];

/// Notes the parser's errors, and returns whether they keep the rest from being read.
pub(super) fn report(
    text: &str,
    table: &toml::Spanned<DeTable<'_>>,
    errors: &[Error],
    problems: &mut Problems<'_>,
) -> bool {
    let (twice, broken): (Vec<&Error>, Vec<&Error>) =
        errors.iter().partition(|it| it.message().starts_with("duplicate key"));
    let tree = Node::of(table);
    for error in twice.into_iter().take(SHOWN_MAX) {
        let span = error.span().unwrap_or_default();
        let name = text.get(span.clone()).unwrap_or_default().trim_matches(['"', '\'']);
        let first = earlier(&tree, name, span.start).map(|it| problems.line(it));
        let first = first.or_else(|| header(text.get(..span.start)?, name));
        let first = first.map_or_else(String::new, |it| format!("; the first is on line {it}"));
        let message = format!("`{}` is set a second time here{first}", shown(name));
        problems.push(span.start, None, message);
    }
    let is_broken = !broken.is_empty();
    let mut lines = Vec::new();
    for error in broken.into_iter().take(READ_MAX) {
        let at = error.span().map_or(text.len(), |it| it.start);
        let line = problems.line(at);
        if lines.len() < SHOWN_MAX && !lines.contains(&line) {
            lines.push(line);
            problems.push(at, None, words(text, at, error.message()));
        }
    }
    is_broken
}

fn words(text: &str, at: usize, message: &str) -> String {
    if let Some(control) = text
        .get(at..)
        .and_then(|it| it.chars().next())
        .filter(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'))
    {
        return format!("the file holds a control character, {}", control.escape_unicode());
    }
    let is_bare = message.starts_with("string values must be quoted");
    let rest = text.get(at..).unwrap_or_default().trim_start_matches([' ', '\t']);
    if is_bare && (rest.is_empty() || rest.starts_with(['\n', '\r', '#'])) {
        return "a value is missing here".to_owned();
    }
    let message = message.trim().replace('\n', " ");
    let known = WORDS.iter().find(|(theirs, _)| message.starts_with(theirs));
    match known {
        Some((_, ours)) => (*ours).to_owned(),
        None => format!("this is not valid TOML: {message}"),
    }
}

/// The line of the first header of a table.
fn header(text: &str, name: &str) -> Option<usize> {
    let header = format!("{name}]");
    let is_header = |it: &str| {
        let line = it.trim_start();
        line.starts_with('[') && line.trim_start_matches('[').starts_with(&header)
    };
    text.lines().position(is_header).map(|it| it + 1)
}

/// The last key of this name before a place.
fn earlier(node: &Node, name: &str, before: usize) -> Option<usize> {
    match &node.value {
        Value::Table(table) => table
            .entries
            .iter()
            .flat_map(|it| {
                let own = (it.key == name).then_some(it.key_span.start);
                [own.filter(|it| *it < before), earlier(&it.node, name, before)]
            })
            .flatten()
            .max(),
        Value::List(list) => list.items.iter().filter_map(|it| earlier(it, name, before)).max(),
        _ => None,
    }
}
