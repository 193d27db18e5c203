//! Changing one value in the text of a `.env` file, and nothing else in it.

use hemma_core::names::EnvKey;
use hemma_core::{Classified, ErrorClass, OperatorError, Secret};

use super::flaw::ParseError;
use super::interpolate::Surroundings;
use super::parse::EnvFile;

/// Why a value cannot be put into the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// The file cannot be parsed.
    #[error("the file cannot be read as it is")]
    Unreadable(#[source] ParseError),
    /// The value has a NUL byte, which no environment can hold.
    #[error("a value cannot hold a NUL byte")]
    Nul,
    /// Compose would read another value, in whichever quotes it is written.
    #[error("the text around it in the file would change the value")]
    NoPlace,
}

impl OperatorError for SetError {
    fn classify(&self) -> Classified {
        match self {
            Self::Unreadable(source) => source.classify(),
            Self::Nul => {
                ErrorClass::NotAsPlanned.without("the message says what a value cannot hold")
            }
            Self::NoPlace => ErrorClass::NotAsPlanned
                .without("the message says what is in the way; the file is edited by hand"),
        }
    }
}

/// The text with `key` set to `value`: in the place of the entry that counts, or at the end, or at
/// the beginning where nothing may follow the end.
pub fn with_value(text: &str, key: &EnvKey, value: &Secret) -> Result<Secret, SetError> {
    if value.reveal().contains('\0') {
        return Err(SetError::Nul);
    }
    let file = EnvFile::parse(text, &Surroundings::new()).map_err(SetError::Unreadable)?;
    let value = value.reveal();
    let ways = match file.get(key.as_str()) {
        Some(entry) => {
            let (before, after) = (&text[..entry.value_span.start], &text[entry.span.end..]);
            [false, true].map(|quoted| format!("{before}{}{after}", written(value, quoted)))
        }
        None => with_line(text, &format!("{key}={}", written(value, false)), file.crlf),
    };
    // The surrounding text may change how Compose parses the value.
    let reads_back = |it: &String| {
        let file = EnvFile::parse(it, &Surroundings::new()).ok();
        file.and_then(|it| Some(it.get(key.as_str())?.value.reveal() == value)) == Some(true)
    };
    ways.into_iter().find(reads_back).map(Secret::new).ok_or(SetError::NoPlace)
}

/// The text with one more line, at the end or at the beginning. Compose ignores a last line that is
/// not an entry, but only as long as it is the last.
fn with_line(text: &str, line: &str, crlf: bool) -> [String; 2] {
    let line_end = if crlf { "\r\n" } else { "\n" };
    let before = if text.is_empty() || text.ends_with('\n') { "" } else { line_end };
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (mark, rest) = text.split_at(mark);
    [format!("{text}{before}{line}{line_end}"), format!("{mark}{line}{line_end}{rest}")]
}

/// A value as Compose reads it back, and a shell as well.
fn written(value: &str, quoted: bool) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "_-./:@%+,".contains(it);
    if !quoted && value.chars().all(plain) {
        return value.to_owned();
    }
    // A backslash at the end would hide the closing quote from Compose, and not from a shell.
    if !value.contains(['\'', '\r']) && !value.ends_with('\\') {
        return format!("'{value}'");
    }
    let mut out = String::from('"');
    for it in value.chars() {
        match it {
            '"' | '\\' | '$' => out.extend(['\\', it]),
            _ => out.push(it),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(text: &str, value: &str) -> String {
        let key = "A".parse().expect("a key");
        with_value(text, &key, &Secret::new(value)).expect("it can be set").reveal().to_owned()
    }

    #[test]
    fn only_the_value_changes() {
        let rows = [
            ("", "1", "A=1\n"),
            ("B=1", "1", "B=1\nA=1\n"),
            ("B=1\r\n", "1", "B=1\r\nA=1\r\n"),
            ("A=old # why\nB=2\n", "new", "A=new # why\nB=2\n"),
            ("export A='old'\n", "it's $5", "export A=\"it's \\$5\"\n"),
            ("A=1\nA=2\n", "3", "A=1\nA=3\n"),
            ("A=\nB=1\n", "two words", "A='two words'\nB=1\n"),
            ("A='x'B=2\n", "y", "A='y'B=2\n"),
            ("A=\"x\"#c\n", "y", "A='y'#c\n"),
            ("# A=x\nA=#y\n", "z", "# A=x\nA=z\n"),
            ("B=\"x\"a a", "1", "A=1\nB=\"x\"a a"),
            ("A=} #", "", "A='' #"),
            ("\u{feff}B=\"x\"a a", "1", "\u{feff}A=1\nB=\"x\"a a"),
        ];
        for (before, value, after) in rows {
            assert_eq!(set(before, value), after, "{before:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_set_reads_back_and_nothing_else_moves(
            before in "[ABC]{1,2}=[a-z '\"\\\\$#{}]{0,8}(\n[BC]=['\"]?[a-z$ ]{0,5}['\"]?){0,2}\n?",
            value in any::<String>().prop_map(|it| it.replace('\0', "")),
        ) {
            let none = Surroundings::new();
            let Ok(old) = EnvFile::parse(&before, &none) else { return Ok(()) };
            let after = set(&before, &value);
            let new = EnvFile::parse(&after, &none).expect("still a file");
            let read = new.get("A").map(|it| it.value.reveal());
            prop_assert_eq!(read, Some(value.as_str()), "{:?}", after);
            let others = |file: &EnvFile| -> Vec<_> {
                file.entries.iter().filter(|it| it.key != "A").map(|it| it.key.clone()).collect()
            };
            prop_assert_eq!(others(&old), others(&new), "{:?} {:?}", before, after);
        }
    }
}
