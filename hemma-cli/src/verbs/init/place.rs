//! The repository in which a file is made.

use std::path::PathBuf;

/// The repository, and its file.
pub(super) struct Place {
    pub(super) root: PathBuf,
    pub(super) file: PathBuf,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("no compose file could be chosen in `{}`", .0.display())]
    NoFiles(PathBuf),
    #[error("several stacks of this repository run on the host: {0}")]
    Several(String),
    #[error("could not write `{}`", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("could not list the files of the repository")]
    List(#[source] hemma_core::ExecError),
}
