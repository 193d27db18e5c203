//! A line of a file.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A line of a file of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Line {
    /// The file, relative to the repository.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A value with its line, where that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// The line of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
}
