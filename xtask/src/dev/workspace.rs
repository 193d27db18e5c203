//! hemma's own files, found from where the command was typed.

use std::path::{Path, PathBuf};

use hemma_cli::Failure;
use hemma_core::{Classified, ErrorClass, OperatorError};

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("`{}` is not inside hemma's own repository", .0.display())]
    Elsewhere(PathBuf),
    #[error("could not {doing} `{}`", .path.display())]
    File { doing: &'static str, path: PathBuf, source: std::io::Error },
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Elsewhere(_) => {
                ErrorClass::Usage.without("the message says which repository it has to be")
            }
            Self::File { source, .. } => source.classify(),
        }
    }
}

/// The root of hemma's repository.
pub(super) fn root(here: &Path) -> Result<&Path, Failure> {
    let root = here.ancestors().find(|it| it.join("hemma-cli/RUNBOOK.md").is_file());
    root.ok_or_else(|| Failure::usage(Error::Elsewhere(here.to_owned())))
}

pub(super) fn read(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::File { doing: "read", path: path.to_owned(), source };
    std::fs::read_to_string(path).map_err(failed)
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::File { doing: "write", path: path.to_owned(), source };
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    std::fs::write(path, text).map_err(failed)
}

/// The files and directories in a directory, in alphabetical order; none if it is not there.
pub(super) fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|it| it.path()).collect();
    paths.sort();
    paths
}
