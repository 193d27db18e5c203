//! Where a `hemma.toml` is wrong, and how.

use std::path::{Path, PathBuf};

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {message}", .path.display())]
pub struct ConfigError {
    path: PathBuf,
    line: usize,
    column: usize,
    message: String,
}

impl ConfigError {
    pub(super) fn new(path: &Path, text: &str, source: &toml::de::Error) -> Self {
        let at = source.span().map_or(0, |it| it.start).min(text.len());
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let message = source.message().trim().replace('\n', " ");
        Self { path: path.to_owned(), line, column, message }
    }
}
