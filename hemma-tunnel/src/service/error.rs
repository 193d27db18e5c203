//! Why a service was not installed or not removed.

use std::path::PathBuf;

use hemma_core::{ExecError, NotRecorded};
use serde::{Deserialize, Serialize};

/// Why a service was not installed or not removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Error {
    /// A path is relative. A service has no working directory.
    #[error("the program of a service must be absolute, and {} is not", .path.display())]
    Relative {
        /// The path.
        path: PathBuf,
    },
    /// A word has a control character, which would begin a line of its own.
    #[error("`{word}` holds a control character")]
    Control {
        /// The word.
        word: String,
    },
    /// The file could not be rendered.
    #[error("the service's file could not be rendered: {said}")]
    Render {
        /// The reason.
        said: String,
    },
    /// The file could not be written or removed.
    #[error("{}: {said}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        said: String,
    },
    /// The service manager's command failed.
    #[error("`{line}` failed: {said}")]
    Manager {
        /// The command line.
        line: String,
        /// The last line of its output.
        said: String,
    },
    /// The service manager could not be asked.
    #[error("the service manager could not be asked")]
    Exec(#[from] ExecError),
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}
