//! The settings from a file, or all of its mistakes.

use std::path::Path;

use hemma_core::names::DestinationName;

use super::{Config, ConfigError, Surroundings, check};

impl Config {
    /// Reads a `hemma.toml`: the settings, or all of its mistakes. `path` is used only in the
    /// error.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        Self::parse_in(text, path, &Surroundings::default())
    }

    /// Reads a `hemma.toml` of a repository, which supplies values that the file lacks.
    pub fn parse_in(
        text: &str,
        path: &Path,
        surroundings: &Surroundings,
    ) -> Result<Self, ConfigError> {
        check::read(text, path, surroundings, None)
    }

    /// Reads a `hemma.toml` with the values of `[destination.NAME]` over the others. Where no
    /// destination is chosen, the file counts without them.
    pub fn parse_for(
        text: &str,
        path: &Path,
        surroundings: &Surroundings,
        destination: Option<&DestinationName>,
    ) -> Result<Self, ConfigError> {
        check::read(text, path, surroundings, destination)
    }

    /// The largest file that is read, in bytes.
    pub const BYTES_MAX: usize = check::BYTES_MAX;

    /// Reads the bytes of a `hemma.toml` of a repository, as [`parse_for`](Self::parse_for) does.
    /// They need not be UTF-8.
    pub fn from_bytes(
        bytes: &[u8],
        path: &Path,
        surroundings: &Surroundings,
        destination: Option<&DestinationName>,
    ) -> Result<Self, ConfigError> {
        check::read_bytes(bytes, path, surroundings, destination)
    }
}
