//! Whether a shell that reads the file with `source` sees what Compose sees.
//!
//! An application's own scripts often do that. A space, a `$` or a quote that Compose takes
//! literally makes them stop, or go on with another value.

use super::parse::{Entry, Quoting};

/// Whether the entry means the same to Compose and to a shell. Line ends do not count: carriage
/// returns are reported once for the whole file.
pub fn reads_alike(text: &str, entry: &Entry) -> bool {
    let assignment = &text[entry.span.start..entry.value_span.start];
    let name = assignment.strip_prefix("export ").unwrap_or(assignment);
    let written = &text[entry.value_span.clone()];
    let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
    name.strip_suffix('=').is_some_and(is_variable)
        && nothing_follows(&text[entry.value_span.end..])
        && match entry.quoting {
            Quoting::None => written.chars().all(is_plain),
            Quoting::Single => !inner.contains("\\'") && !inner.contains('\r'),
            Quoting::Double => double_reads_alike(inner),
        }
}

fn is_variable(name: &str) -> bool {
    let begins = |it: char| it.is_ascii_alphabetic() || it == '_';
    name.starts_with(begins) && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

/// Whether nothing but a comment follows the value on its line.
fn nothing_follows(rest: &str) -> bool {
    let rest = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    rest.trim_start().is_empty() || (rest.starts_with(' ') && rest.trim_start().starts_with('#'))
}

/// Whether a character neither ends a word of a shell nor has a special meaning in an assignment.
fn is_plain(it: char) -> bool {
    !it.is_whitespace() && !it.is_control() && !"\"'\\$`;&|<>()~".contains(it)
}

fn double_reads_alike(inner: &str) -> bool {
    let mut characters = inner.chars();
    while let Some(it) = characters.next() {
        let alike = match it {
            '\\' => characters.next().is_some_and(|it| "\"\\$".contains(it)),
            '$' | '`' | '\r' => false,
            _ => true,
        };
        if !alike {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::compose::dotenv::{EnvFile, Surroundings};

    #[test]
    fn what_a_shell_reads_otherwise_is_noticed() {
        let rows = [
            ("A=abc#def", true),
            ("A=abc # comment", true),
            ("export A=https://x/y?z=1%20", true),
            ("A=", true),
            ("A='it is $5'", true),
            ("A=\"two words\" # comment", true),
            ("A=\"a\\\"b\\\\c\\$d\"\r\n", true),
            ("A=två", true),
            ("A = v", false),
            ("A: v", false),
            ("A-B=v", false),
            ("A=two words", false),
            ("A=pa$$word", false),
            ("A=~/x", false),
            ("A={\"k\":\"v\"}", false),
            ("A=a;b", false),
            ("A=a\\b", false),
            ("A='it\\'s'", false),
            ("A=\"a\\nb\"", false),
            ("A=\"$HOME\"", false),
            ("A=\"`id`\"", false),
            ("A=\"x\"y", false),
        ];
        for (text, expected) in rows {
            let file = EnvFile::parse(text, &Surroundings::new()).expect("Compose takes it");
            assert_eq!(super::reads_alike(text, &file.entries[0]), expected, "{text}");
        }
    }
}
