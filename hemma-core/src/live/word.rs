//! Words that arrive as they are, whatever shell the login has.

use std::fmt::Write;

/// Turns the last of three plain words back into the words that it stands for, and runs the first of
/// them with all of them as parameters. What the login shell traces ends here.
///
/// fish, tcsh and POSIX shells disagree about quotes, backslashes, line ends and `!` between single
/// quotes. None of these is in what the login shell is given.
const DECODE: &str =
    r#"set +vx; IFS=$1; set -f; set -- $(printf %b "$2"); unset IFS; set +f; eval "$1""#;

/// What can stand between two words. The shells keep some others for themselves.
const SEPARATORS: std::ops::Range<u8> = 0x0e..0x20;

/// The words of a line. The first is run as a script and refers to the others by their numbers.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Adds a word, and gives what stands for it in the script.
    pub(super) fn refer(&mut self, word: &str) -> String {
        self.0.push(word.to_owned());
        format!("\"${{{}}}\"", self.0.len() + 1)
    }

    /// The line for the login shell that runs `script`. `None` if there is nothing left that could
    /// stand between the words.
    pub(super) fn line(&self, script: &str) -> Option<String> {
        let own = self.0.iter().map(String::as_str);
        // A shell drops empty words and ends of lines where a text ends, so a word follows the last.
        let words: Vec<&str> = std::iter::once(script).chain(own).chain(["."]).collect();
        let separator = SEPARATORS.rev().map(char::from);
        let separator =
            separator.into_iter().find(|it| !words.iter().any(|word| word.contains(*it)))?;
        let text = plain(&words.join(separator.encode_utf8(&mut [0; 4])));
        Some(format!("exec /bin/sh -c '{DECODE}' sh '{separator}' '{text}'"))
    }
}

/// The text in letters that no shell changes between single quotes; `printf %b` gives it back.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + text.len() / 4);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if matches!(byte, b' '..=b'~') && !b"'\\!".contains(&byte) {
            plain.push(char::from(byte));
            continue;
        }
        let digit_follows = bytes.peek().is_some_and(u8::is_ascii_digit);
        // Three digits at most are taken; writing fewer saves a third of the line.
        let written = if digit_follows {
            write!(plain, "\\0{byte:03o}")
        } else {
            write!(plain, "\\0{byte:o}")
        };
        debug_assert!(written.is_ok(), "a string takes everything");
    }
    plain
}
