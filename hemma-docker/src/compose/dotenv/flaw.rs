//! Where a `.env` file is wrong, and how.

use hemma_core::{Classified, ErrorClass, OperatorError};
use serde::{Deserialize, Serialize};

/// The place where a `.env` file cannot be parsed, and why. Holds no text of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("line {line}, column {column}: {flaw}")]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The flaw at that place.
    pub flaw: Flaw,
}

impl OperatorError for ParseError {
    fn classify(&self) -> Classified {
        ErrorClass::NotAsPlanned.without("the message names the place and what is wrong there")
    }
}

/// The ways in which a `.env` file can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// A key with a character that Compose does not allow: `A-+B=1`
    #[error("no key can hold this character")]
    KeyCharacter,
    /// A key with a space: `A B=1`
    #[error("a key cannot hold a space")]
    KeySpace,
    /// A line of `export` alone.
    #[error("`export` without a key")]
    NoKey,
    /// A quote that is never closed: `A="…` to the end of the file.
    #[error("the quote that opens here is never closed")]
    Unterminated,
    /// A `$` that Compose cannot read: `A=${`
    #[error(
        "Compose cannot read what follows `$`; a literal one is written `$$`, or in single quotes"
    )]
    Template,
    /// A required variable that is not set: `A=${B:?}` without `B`.
    #[error("the value requires a variable that has none")]
    Required,
    /// Values that refer to values and grow beyond all bounds.
    #[error("the values grow without bound through `$`")]
    Unbounded,
    /// A NUL byte, which no environment can hold.
    #[error("a NUL byte")]
    Nul,
}

impl ParseError {
    pub(super) fn at(text: &str, at: usize, flaw: Flaw) -> Self {
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, flaw }
    }
}
