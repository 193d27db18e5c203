//! Encodes words so that every login shell passes them on unchanged.

use std::fmt::Write;

/// Decodes the last of three plain words into the words that it stands for, and runs the first of
/// them with all of them as parameters. A trace by the login shell ends here.
///
/// fish, tcsh and POSIX shells disagree about quotes, backslashes, line ends and `!` between single
/// quotes. The login shell gets none of these.
const DECODE: &str =
    r#"set +vx; IFS=$1; set -f; set -- $(printf %b "$2"); unset IFS; set +f; eval "$1""#;

/// The characters that can separate two words. The shells keep some others for themselves.
const SEPARATORS: std::ops::Range<u8> = 0x0e..0x20;

/// The words of a line. The first is run as a script and refers to the others by number.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Adds a word, and returns the script's reference to it.
    pub(super) fn refer(&mut self, word: &str) -> String {
        self.0.push(word.to_owned());
        format!("\"${{{}}}\"", self.0.len() + 1)
    }

    /// The line for the login shell that runs `script`. `None` if no character is left to separate
    /// the words.
    pub(super) fn line(&self, script: &str) -> Option<String> {
        let own = self.0.iter().map(String::as_str);
        // A shell drops empty words and line ends at the end of a text, so a word follows the last.
        let words: Vec<&str> = std::iter::once(script).chain(own).chain(["."]).collect();
        let separator = SEPARATORS.rev().map(char::from);
        let separator =
            separator.into_iter().find(|it| !words.iter().any(|word| word.contains(*it)))?;
        let text = plain(&words.join(separator.encode_utf8(&mut [0; 4])));
        Some(format!("exec /bin/sh -c '{DECODE}' sh '{separator}' '{text}'"))
    }
}

/// The text in characters that no shell changes between single quotes; `printf %b` restores it.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + text.len() / 4);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if matches!(byte, b' '..=b'~') && !b"'\\!".contains(&byte) {
            plain.push(char::from(byte));
            continue;
        }
        let digit_follows = bytes.peek().is_some_and(u8::is_ascii_digit);
        // `printf` reads up to three digits; writing fewer saves a third of the line.
        let written = if digit_follows {
            write!(plain, "\\0{byte:03o}")
        } else {
            write!(plain, "\\0{byte:o}")
        };
        debug_assert!(written.is_ok(), "a string takes everything");
    }
    plain
}
