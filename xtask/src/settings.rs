//! Which `hemma.toml`, and what the command line changes of it.

use std::path::{Path, PathBuf};

use hemma_core::{Config, Hint};

use crate::Failure;
use crate::cli::Flags;

/// The usual name of the file.
pub(crate) const FILE: &str = "hemma.toml";

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("there is no `{FILE}` in `{}` or above it", .0.display())]
    Missing(PathBuf),
    #[error("could not read `{}`", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
}

/// The settings that are in force: the file's, and `--host` over them.
pub(crate) fn read(flags: &Flags, here: &Path) -> Result<Config, Failure> {
    let found = find(flags, here).ok_or_else(|| {
        let hint = "every setting has the runbook's value: an empty `hemma.toml` is a beginning";
        Failure::usage(Error::Missing(here.to_owned())).hint(Hint::Do(hint.to_owned()))
    })?;
    let config = read_file(&found)?;
    Ok(overridden(config, flags))
}

/// The settings, or none if there is no file; what is wrong with one that is there is an error.
pub(crate) fn read_if_there(flags: &Flags, here: &Path) -> Result<Option<Config>, Failure> {
    find(flags, here).map(|it| read_file(&it)).transpose()
}

/// Where the file is.
pub(crate) fn find(flags: &Flags, here: &Path) -> Option<PathBuf> {
    let above = || here.ancestors().map(|it| it.join(FILE)).find(|it| it.is_file());
    flags.config.as_ref().map(|it| here.join(it)).or_else(above)
}

pub(crate) fn read_file(path: &Path) -> Result<Config, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Failure::usage(Error::Read { path: path.to_owned(), source }))?;
    let mut config = Config::parse(&text, path).map_err(Failure::usage)?;
    // A path in a file is meant from where the file is.
    let (home, directory) = (std::env::home_dir(), path.parent().unwrap_or(Path::new("")));
    for file in config.host.ssh_config.iter_mut().chain(&mut config.edge.roots) {
        *file = file.seen_from(directory, home.as_deref());
    }
    Ok(config)
}

fn overridden(mut config: Config, flags: &Flags) -> Config {
    if let Some(host) = &flags.host {
        config.host.alias = host.clone();
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exit;

    #[test]
    fn the_nearest_file_above_counts_and_its_paths_are_meant_from_there() {
        let top = tempfile::tempdir().expect("a place");
        let below = top.path().join("a/b");
        std::fs::create_dir_all(&below).expect("a place");
        let text = "[host]\nalias = \"far\"\nssh_config = \"lab/ssh_config\"\n";
        std::fs::write(top.path().join(FILE), text).expect("written");
        let config = read(&Flags::default(), &below).expect("found");
        assert_eq!(config.host.alias.as_str(), "far");
        assert_eq!(config.host.ssh_config, Some(top.path().join("lab/ssh_config").into()));
        let host = Some("near".parse().expect("an alias"));
        let config = read(&Flags { host, ..Flags::default() }, &below).expect("found");
        assert_eq!(config.host.alias.as_str(), "near");
    }

    #[test]
    fn a_file_that_is_named_and_not_there_is_an_error_that_names_it() {
        let top = tempfile::tempdir().expect("a place");
        let flags = Flags { config: Some("other.toml".into()), ..Flags::default() };
        let failure = read(&flags, top.path()).expect_err("it is not there");
        assert_eq!(failure.exit(), Exit::Usage);
        assert!(failure.chain().next().expect("one").to_string().contains("other.toml"));
        assert!(read_if_there(&Flags::default(), top.path()).expect("no error").is_none());
    }
}
