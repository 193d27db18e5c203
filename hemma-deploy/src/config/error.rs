//! The mistakes of a `hemma.toml`, each with its place.

use std::fmt;
use std::path::{Path, PathBuf};

use hemma_core::{Classified, ErrorClass, OperatorError};
use serde::Serialize;

/// One mistake, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigProblem {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// The keys that lead to the value, such as `compose.network`; none for the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The mistake, and what is allowed.
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.path.display(), self.line, self.column)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// All mistakes of a file, in the order of the places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

impl OperatorError for ConfigError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("each mistake has its place and what is allowed there")
    }

    /// The mistakes where there are several; a single one is the error itself.
    fn evidence(&self) -> Vec<String> {
        let lines = || self.problems.iter().map(ToString::to_string).collect();
        if self.problems.len() > 1 { lines() } else { Vec::new() }
    }
}

impl ConfigError {
    /// The mistakes, at least one.
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [only] => only.fmt(f),
            problems => {
                let path = problems.first().map(|it| it.path.display().to_string());
                let path = path.unwrap_or_default();
                write!(f, "{path} has {} mistakes", problems.len())
            }
        }
    }
}

/// The number of mistakes after which more do not help.
const PROBLEMS_MAX: usize = 100;

/// The mistakes that were found so far.
pub(super) struct Problems<'t> {
    text: &'t str,
    path: &'t Path,
    found: Vec<(usize, ConfigProblem)>,
    /// Lines about which no further mistake is reported.
    closed: Vec<usize>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(text: &'t str, path: &'t Path) -> Self {
        Self { text, path, found: Vec::new(), closed: Vec::new() }
    }

    pub(super) fn push(&mut self, at: usize, key: Option<String>, message: String) {
        if self.is_full() {
            return;
        }
        let (line, column) = self.position(at);
        if self.closed.contains(&line) {
            return;
        }
        let problem = ConfigProblem { path: self.path.to_owned(), line, column, key, message };
        // What stands outside of the destinations is read once for each of them.
        if self.found.iter().any(|it| it.1 == problem) {
            return;
        }
        self.found.push((at, problem));
    }

    /// Reports no further mistakes on lines that have one: their meaning is uncertain.
    pub(super) fn close_lines(&mut self) {
        self.closed = self.found.iter().map(|it| it.1.line).collect();
    }

    /// The line of a place, for a message about another place.
    pub(super) fn line(&self, at: usize) -> usize {
        self.position(at).0
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let at = (0..=at.min(self.text.len())).rev().find(|it| self.text.is_char_boundary(*it));
        let before = &self.text[..at.unwrap_or_default()];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= PROBLEMS_MAX
    }

    /// An error with all mistakes, if there are any.
    pub(super) fn into_result(mut self) -> Result<(), ConfigError> {
        self.found.sort_by_key(|it| it.0);
        self.found.dedup();
        let problems: Vec<_> = self.found.into_iter().map(|it| it.1).collect();
        if problems.is_empty() { Ok(()) } else { Err(ConfigError { problems }) }
    }
}
