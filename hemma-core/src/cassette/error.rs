//! The error for a text that is not a valid cassette.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Classified, ErrorClass, OperatorError};

/// The reason why a text is not a valid cassette, with the file and the line if they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CassetteError {
    file: Option<PathBuf>,
    line: Option<usize>,
    reason: String,
}

impl OperatorError for CassetteError {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("the message names the file and the line")
    }
}

impl CassetteError {
    pub(super) fn new(reason: impl fmt::Display) -> Self {
        Self { file: None, line: None, reason: reason.to_string() }
    }

    /// An error at a byte offset of a text.
    pub(super) fn at(text: &str, byte: usize, reason: impl fmt::Display) -> Self {
        let before = text.as_bytes().get(..byte).unwrap_or_default();
        let line = before.split(|it| *it == b'\n').count();
        Self { line: Some(line), ..Self::new(reason) }
    }

    pub(super) fn in_file(self, file: &Path) -> Self {
        Self { file: Some(file.to_owned()), ..self }
    }
}

impl fmt::Display for CassetteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{}:{line}: ", file.display())?,
            (Some(file), None) => write!(f, "{}: ", file.display())?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        write!(f, "this is not a cassette: {}", self.reason)
    }
}

impl std::error::Error for CassetteError {}
