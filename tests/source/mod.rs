//! The repository's own Rust files, read as text: which of it is code, comment and string.

use std::path::PathBuf;

use crate::files::files;

/// All Rust files, relative to the root, without what is built.
pub(crate) fn rust_files() -> Vec<String> {
    let relative = |it: PathBuf| it.strip_prefix(root()).map(|it| it.display().to_string());
    let rust = files(&root(), "rs").into_iter();
    rust.map(|it| relative(it).expect("it is below the root")).collect()
}

pub(crate) fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|it| panic!("{file}: {it}"))
}

pub(crate) fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// The lines of a file without its tests.
pub(crate) fn without_tests<'t>(file: &str, text: &'t str) -> Vec<&'t str> {
    let lines: Vec<&str> = text.lines().collect();
    // A module of tests may be a file of its own, declared in the middle of the code.
    let is_test = |it: &[&str]| {
        let is_marked =
            ["#[cfg(test)]", "#[cfg(all(test"].iter().any(|mark| it[0].starts_with(mark));
        is_marked && !it[1].ends_with(';')
    };
    let tests = lines.windows(2).position(is_test).unwrap_or(lines.len());
    let whole = file.ends_with("tests.rs") || file.contains("/tests/");
    lines[..if whole { 0 } else { tests }].to_vec()
}

/// A part of a Rust file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Code(&'t str),
    Comment(&'t str),
    /// The content of a string, with its escapes.
    Text(&'t str),
}

/// The pieces of a file, each with its line, in their order.
pub(crate) fn pieces(text: &str) -> Vec<(usize, Piece<'_>)> {
    let mut found = Vec::new();
    let (mut code, mut at) = (0, 0);
    while at < text.len() {
        let Some((piece, end)) = comment(text, at).or_else(|| string(text, at)) else {
            at += character(&text[at..]);
            continue;
        };
        found.push((code, Piece::Code(&text[code..at])));
        found.push((at, piece));
        (code, at) = (end, end);
    }
    found.push((code, Piece::Code(&text[code..])));
    let mut place = (1, 0);
    let lines = found.into_iter().map(|(start, piece)| {
        place = (place.0 + text[place.1..start].matches('\n').count(), start);
        (place.0, piece)
    });
    lines.collect()
}

fn comment(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let rest = &text[at..];
    let length = rest.starts_with("//").then(|| rest.find('\n').unwrap_or(rest.len()))?;
    Some((Piece::Comment(&rest[..length]), at + length))
}

/// A string that begins here: `"…"`, or raw.
fn string(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let rest = &text[at..];
    if let Some(inside) = rest.strip_prefix('"') {
        let mut end = 0;
        while !inside[end..].starts_with('"') {
            end += inside[end..].chars().take(1).map(char::len_utf8).sum::<usize>();
            if inside[..end].ends_with('\\') {
                end += inside[end..].chars().take(1).map(char::len_utf8).sum::<usize>();
            }
        }
        return Some((Piece::Text(&inside[..end]), at + end + 2));
    }
    let is_word = text[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_');
    let raw = rest.strip_prefix('r').filter(|_| !is_word)?;
    let hashes = &raw[..raw.find(|it| it != '#')?];
    let inside = raw[hashes.len()..].strip_prefix('"')?;
    let end = inside.find(&format!("\"{hashes}"))?;
    Some((Piece::Text(&inside[..end]), at + 3 + 2 * hashes.len() + end))
}

/// The length of what is here: a character literal such as `'"'`, or one character.
fn character(rest: &str) -> usize {
    let mut inside = rest.chars().skip(1);
    let literal = match (rest.starts_with('\''), inside.next(), inside.next()) {
        (true, Some('\\'), Some(escaped)) => {
            let from = 2 + escaped.len_utf8();
            rest[from..].find('\'').map(|it| from + it + 1)
        }
        (true, Some(one), Some('\'')) => Some(2 + one.len_utf8()),
        _ => None,
    };
    literal.or_else(|| rest.chars().next().map(char::len_utf8)).unwrap_or(1)
}

#[test]
fn code_comments_and_strings_are_told_apart() {
    use Piece::{Code, Comment, Text};
    let of = |text| {
        let all = pieces(text).into_iter().filter(|it| it.1 != Code(""));
        all.collect::<Vec<_>>()
    };
    assert_eq!(of("a // b\nc"), [(1, Code("a ")), (1, Comment("// b")), (1, Code("\nc"))]);
    assert_eq!(of(r#"f("a\"//b")"#), [(1, Code("f(")), (1, Text(r#"a\"//b"#)), (1, Code(")"))]);
    assert_eq!(of("\n'\"' r#\"x\"y\"#"), [(1, Code("\n'\"' ")), (2, Text("x\"y"))]);
    assert_eq!(of("&'a str, '\\''"), [(1, Code("&'a str, '\\''"))]);
    assert_eq!(of("var\"x\""), [(1, Code("var")), (1, Text("x"))]);
}
