//! Marks in the output of a remote command: where it begins and where it ends.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// The first character of a mark. Programs hardly ever print it, and output that ends in it is held
/// back until the next byte.
const FIRST: char = '\u{1e}';

/// The marks of one connection. They are random, so no earlier text can contain them.
#[derive(Debug, Clone)]
pub(super) struct Marks {
    nonce: Arc<str>,
    beginning: Arc<str>,
}

/// The meaning of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// The login shell ran the command line, as this user.
    Reached(String),
    /// The command begins.
    Begun,
    /// The command ended with this exit code.
    Ended(i32),
}

/// The kind of text at a position where a mark may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A mark of this many bytes.
    Mark(Mark, usize),
    /// Possibly the beginning of a mark.
    Half,
    /// Something else.
    Other,
}

impl Marks {
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        let nonce = format!("{:016x}{:016x}", random.hash_one(0), random.hash_one(1));
        let beginning = format!("{FIRST}hemma:{nonce}:").into();
        Self { nonce: nonce.into(), beginning }
    }

    /// Defines the shell function `mark`. The script does not contain the text that it prints, so
    /// that a shell that traces it, or a list of processes, does not look like a mark.
    pub(super) fn function(&self, on_both_streams: bool) -> String {
        let print = format!(r#"printf "\036hemma:%s:%s\n" {} "$1""#, self.nonce);
        let both = if on_both_streams { format!("{print}; {print} >&2") } else { print };
        format!("mark() {{ {both}; }}")
    }

    /// The bytes that every mark begins with.
    pub(super) fn beginning(&self) -> &[u8] {
        self.beginning.as_bytes()
    }

    /// Reads a text that begins with [`Marks::beginning`]. A terminal ends its lines with two
    /// bytes.
    pub(super) fn read(&self, bytes: &[u8]) -> Found {
        const LONGEST: usize = 80;
        let rest = &bytes[self.beginning().len()..];
        let Some(end) = rest.iter().take(LONGEST).position(|it| *it == b'\n') else {
            return if rest.len() < LONGEST { Found::Half } else { Found::Other };
        };
        let word = String::from_utf8_lossy(&rest[..end]);
        let mark = match word.trim_end_matches('\r') {
            "begun" => Mark::Begun,
            word => match word.split_once('=') {
                Some(("reached", login)) => Mark::Reached(login.to_owned()),
                Some(("ended", exit)) => match exit.parse() {
                    Ok(exit) => Mark::Ended(exit),
                    Err(_) => return Found::Other,
                },
                _ => return Found::Other,
            },
        };
        Found::Mark(mark, self.beginning().len() + end + 1)
    }
}
