//! Files on this machine.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::paths::PATH_BYTES_MAX;
use super::{NameError, Reason, not_empty, printable};

/// A file on this machine: absolute, below `~/`, or relative to `hemma.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalPath(PathBuf);

fn local_file(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    printable(text)?;
    if text.starts_with('-') {
        return Err("it must not begin with `-`, which begins an option; write `./-…`".into());
    }
    if text.contains("://") {
        return Err("it is a URL, and a file on this machine is needed".into());
    }
    if text == "~" || (text.starts_with('~') && !text.starts_with("~/")) {
        return Err("only your own `~/` can be used, not another user's".into());
    }
    if text.ends_with('/') || matches!(text.rsplit('/').next(), Some("." | "..")) {
        return Err("it names a directory, and a file is needed".into());
    }
    if text.len() > PATH_BYTES_MAX {
        return Err("it is longer than a path can be".into());
    }
    Ok(())
}

impl LocalPath {
    /// The path itself.
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The path resolved: `~/` becomes `home`, and a relative path is joined to `directory`.
    #[must_use]
    pub fn seen_from(&self, directory: &Path, home: Option<&Path>) -> Self {
        match (self.0.strip_prefix("~"), home) {
            (Ok(below), Some(home)) => Self(home.join(below)),
            _ => Self(directory.join(&self.0)),
        }
    }
}

impl FromStr for LocalPath {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        local_file(text)
            .map_err(|reason| NameError::new(text, "a file on this machine", reason))?;
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for LocalPath {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<LocalPath> for String {
    fn from(path: LocalPath) -> Self {
        path.0.to_string_lossy().into_owned()
    }
}

/// For a path that the program made, and that was not typed.
impl From<PathBuf> for LocalPath {
    fn from(path: PathBuf) -> Self {
        Self(path)
    }
}

impl From<LocalPath> for PathBuf {
    fn from(path: LocalPath) -> Self {
        path.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for LocalPath {
    fn schema_name() -> Cow<'static, str> {
        "LocalPath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[^-].*[^/]$|^[^-/]$" })
    }
}
