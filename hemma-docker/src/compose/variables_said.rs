//! Compose's messages about files of variables, without any text of such a file.

use std::collections::BTreeSet;

use hemma_core::HIDDEN;

use super::masked::words_masked;

/// What Compose says of a file of variables and that holds no part of a value.
const WHOLE_OF_ENV: [&str; 4] = [
    "key cannot contain a space",
    "zero length string",
    "no such file or directory",
    "permission denied",
];

/// The beginnings of what it says and goes on with a part of the file.
const BEGINNINGS_OF_ENV: [&str; 5] = [
    "unterminated quoted value",
    "unexpected character",
    "Invalid template:",
    "invalid template:",
    "required variable",
];

/// A message about a file of variables, `.env` or another one, without any of its text: a value may
/// be made of words that are Compose's own or that are in the compose files. `None` for any other
/// message.
pub(super) fn of_env_file(line: &str, written: &BTreeSet<&str>) -> Option<String> {
    let begin = line.find("failed to read ")?;
    let (file, said) = line[begin..].split_once(": ")?;
    if file.ends_with("ockerfile") {
        return None;
    }
    let numbered = said.strip_prefix("line ").and_then(|it| it.split_once(": "));
    let number = |it: &str| it.len() < 8 && it.bytes().all(|it| it.is_ascii_digit());
    let (place, said) = match numbered.filter(|it| number(it.0)) {
        Some((line, said)) => (format!("line {line}: "), said),
        None => (String::new(), said),
    };
    let said = if WHOLE_OF_ENV.contains(&said) {
        said.to_owned()
    } else {
        match BEGINNINGS_OF_ENV.iter().find(|it| said.starts_with(**it)) {
            Some(beginning) => format!("{beginning} {HIDDEN}"),
            None => HIDDEN.to_owned(),
        }
    };
    Some(format!("{}: {place}{said}", words_masked(file, written)))
}
