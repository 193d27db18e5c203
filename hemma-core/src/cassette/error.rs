//! Why a text is not a cassette, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Classified, ErrorClass, OperatorError};

/// The reason why a text is not a cassette, with the file and the line where they are known.
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

    /// A reason that stands at a byte of a text.
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
