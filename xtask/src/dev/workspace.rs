//! hemma's own files, found from the current directory.

use std::path::{Path, PathBuf};

use hemma_cli::Failure;
use hemma_core::{Classified, ErrorClass, OperatorError};

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("`{}` is not inside hemma's own repository", .0.display())]
    Elsewhere(PathBuf),
    #[error("could not {doing} `{}`", .path.display())]
    File { doing: &'static str, path: PathBuf, source: std::io::Error },
    #[error("could not read `{}`", .path.display())]
    Manifest { path: PathBuf, source: toml::de::Error },
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Elsewhere(_) => {
                ErrorClass::Usage.without("the message says which repository it has to be")
            }
            Self::File { source, .. } => source.classify(),
            Self::Manifest { source, .. } => source.classify(),
        }
    }
}

/// The root of hemma's repository.
pub(super) fn root(here: &Path) -> Result<&Path, Failure> {
    let root = here.ancestors().find(|it| it.join("hemma-cli/RUNBOOK.md").is_file());
    root.ok_or_else(|| Failure::usage(Error::Elsewhere(here.to_owned())))
}

/// The manifests of the packages below the root, with their directories.
pub(super) fn manifests(root: &Path) -> Result<Vec<(String, toml::Table)>, Error> {
    let workspace = manifest(&root.join("Cargo.toml"))?;
    let members = workspace.get("workspace").and_then(|it| it.get("members")?.as_array());
    let members = members.into_iter().flatten().filter_map(toml::Value::as_str);
    let named = |it: &str| Ok((it.to_owned(), manifest(&root.join(it).join("Cargo.toml"))?));
    members.map(named).collect()
}

/// The published crates; each is in a directory of its name.
pub(super) fn published(root: &Path) -> Result<Vec<String>, Error> {
    let is_published = |it: &toml::Table| {
        let publish = it.get("package").and_then(|it| it.get("publish")?.as_bool());
        publish.unwrap_or(true)
    };
    let all = manifests(root)?.into_iter().filter(|it| is_published(&it.1));
    Ok(all.map(|it| it.0).collect())
}

pub(super) fn manifest(path: &Path) -> Result<toml::Table, Error> {
    read(path)?.parse().map_err(|source| Error::Manifest { path: path.to_owned(), source })
}

/// Removes a directory with its content; a missing one is fine.
pub(super) fn remove(dir: &Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(dir) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::File { doing: "remove", path: dir.to_owned(), source })
        }
        _ => Ok(()),
    }
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

/// The files and directories in a directory, in alphabetical order; none if it is missing.
pub(super) fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|it| it.path()).collect();
    paths.sort();
    paths
}
