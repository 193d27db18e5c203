//! Finding the `hemma.toml`, and the overrides of the command line.

use std::io::Read;
use std::path::{Path, PathBuf};

use hemma_core::Hint;
use hemma_core::names::DestinationName;
use hemma_deploy::Config;
use hemma_deploy::config::Surroundings;

use crate::flags::Flags;
use crate::{Failure, repository};

/// The usual name of the file.
pub(crate) const FILE: &str = "hemma.toml";

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("there is no `{FILE}` in `{}` or above it", .0.display())]
    Missing(PathBuf),
    #[error("there is no `{FILE}` in the repository `{}`", .0.display())]
    NotInRepository(PathBuf),
    #[error("`{}` is a directory, and a file is needed", .0.display())]
    Directory(PathBuf),
    #[error("could not read `{}`", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("hemma.toml names no host")]
    NoHost,
}

/// The end of a search for the file.
enum Search {
    Found(PathBuf),
    /// The file is not in any directory up to the root of the repository. Directories above it
    /// belong to something else.
    NotInRepository {
        root: PathBuf,
        above: Option<PathBuf>,
    },
    Nowhere,
}

/// The settings: the file's values, those of the repository around it where the file has none, and
/// `--host` over them.
pub(crate) async fn read(flags: &Flags, here: &Path) -> Result<Config, Failure> {
    Ok(read_with_guesses(flags, here).await?.0)
}

/// The settings and, where there is no file, what they were guessed from.
pub(crate) async fn read_with_guesses(
    flags: &Flags,
    here: &Path,
) -> Result<(Config, Vec<String>), Failure> {
    let file = found(flags, here)?;
    let directory = file.as_deref().and_then(Path::parent).unwrap_or(here);
    let surroundings = repository::surroundings(repository::root(directory)).await;
    let config = read_with(flags, here, file.as_deref(), &surroundings)?;
    let guesses = file.is_none().then(|| guesses(&config, &surroundings));
    Ok((config, guesses.into_iter().flatten().collect()))
}

/// The values of a run without a file, each with its source.
fn guesses(config: &Config, surroundings: &Surroundings) -> Vec<String> {
    let Config { host, compose, repository, .. } = config;
    let project = match surroundings.project {
        Some(_) => "`name:` in the compose files",
        None => "the name of that directory",
    };
    let files: Vec<_> = compose.files.iter().map(ToString::to_string).collect();
    let branch = match surroundings.branch {
        Some(_) => "git",
        None => "the usual name",
    };
    let remote = match &repository.remote {
        Some(remote) => format!("remote {} (git: origin)", remote.address()),
        None => "no remote (git has no origin)".to_owned(),
    };
    vec![
        format!(
            "there is no {FILE}, so these values are guesses: checkout {} (the name of the \
             repository), project {} ({project}), files {} (those that Compose finds), branch {} \
             ({branch}), {remote}",
            host.checkout,
            compose.project,
            files.join(" "),
            repository.branch.as_str(),
        ),
        "`cargo xtask init` looks further, and writes them down".to_owned(),
    ]
}

/// The path of the file of a command line, if there is one already.
pub(crate) fn existing(flags: &Flags, here: &Path) -> Option<PathBuf> {
    let named = flags.config.as_ref().map(|it| here.join(it));
    let found = named.or_else(|| match search(here) {
        Search::Found(file) => Some(file),
        Search::NotInRepository { .. } | Search::Nowhere => None,
    });
    // A link to nowhere is there, too.
    found.filter(|it| it.symlink_metadata().is_ok())
}

/// The settings of the file if it exists, and of none otherwise; a file with mistakes is an error.
pub(crate) async fn read_if_whole(flags: &Flags, here: &Path) -> Result<Config, Failure> {
    let Some(file) = existing(flags, here) else { return Ok(Config::default()) };
    let root = repository::root(file.parent().unwrap_or(here));
    let surroundings = repository::surroundings(root).await;
    read_shown(&file, shown(&file, here), &surroundings, flags.destination.as_ref())
}

fn read_with(
    flags: &Flags,
    here: &Path,
    file: Option<&Path>,
    surroundings: &Surroundings,
) -> Result<Config, Failure> {
    let destination = flags.destination.as_ref();
    let mut config = match file {
        Some(file) => read_shown(file, shown(file, here), surroundings, destination)?,
        None => Config::parse_for("", Path::new(FILE), surroundings, destination)?,
    };
    if let Some(host) = &flags.host {
        config.host.alias = host.clone();
    }
    Ok(config)
}

/// The path of the file; `None` if it is missing and not needed: the host is named, and the
/// repository has compose files where Compose looks for them.
fn found(flags: &Flags, here: &Path) -> Result<Option<PathBuf>, Failure> {
    let has_compose_files = || !repository::files(repository::root(here)).compose_files.is_empty();
    let is_enough = || flags.config.is_none() && flags.host.is_some() && has_compose_files();
    match find(flags, here) {
        Err(_) if is_enough() => Ok(None),
        found => found.map(Some),
    }
}

/// Refuses settings without a host, for a command that is about one.
pub(crate) fn about_a_host(config: Config) -> Result<Config, Failure> {
    if config.host.is_named() {
        return Ok(config);
    }
    let hint = "add `alias = \"…\"` to [host] in hemma.toml, an entry of your ~/.ssh/config; or pass \
                --host ALIAS";
    Err(Failure::usage(Error::NoHost).hint(Hint::Do(hint.to_owned())))
}

/// The settings, or `None` if there is no file; a file with mistakes is an error.
pub(crate) fn read_if_there(flags: &Flags, here: &Path) -> Result<Option<Config>, Failure> {
    let found = match &flags.config {
        Some(file) => Some(here.join(file)),
        None => match search(here) {
            Search::Found(file) => Some(file),
            Search::NotInRepository { .. } | Search::Nowhere => None,
        },
    };
    let read = |it: PathBuf| {
        let directory = it.parent().unwrap_or(here);
        let surroundings = repository::files(repository::root(directory));
        read_shown(&it, shown(&it, here), &surroundings, flags.destination.as_ref())
    };
    found.map(read).transpose()
}

/// The path of the file.
pub(crate) fn find(flags: &Flags, here: &Path) -> Result<PathBuf, Failure> {
    if let Some(file) = &flags.config {
        return Ok(here.join(file));
    }
    let begin = "`cargo xtask init --host ALIAS` writes one, where ALIAS is an entry of your \
                 ~/.ssh/config; two lines are enough: `[host]`, and `alias = \"…\"`";
    match search(here) {
        Search::Found(file) => Ok(file),
        Search::NotInRepository { root, above } => {
            let hint = above.map_or_else(
                || begin.to_owned(),
                |it| {
                    let it = it.display();
                    format!("there is a hemma.toml above this repository at `{it}`; pass --config to use it")
                },
            );
            Err(Failure::usage(Error::NotInRepository(root)).hint(Hint::Do(hint)))
        }
        Search::Nowhere => {
            Err(Failure::usage(Error::Missing(here.to_owned())).hint(Hint::Do(begin.to_owned())))
        }
    }
}

/// Searches from `here` upwards, and not above the root of its git repository.
fn search(here: &Path) -> Search {
    // An existing but unreadable file is an error that names it, not a reason to search on.
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    let root = repository::around(here);
    let mut above = here.ancestors();
    while let Some(directory) = above.next() {
        let file = directory.join(FILE);
        if is_there(&file) {
            return Search::Found(file);
        }
        if root == Some(directory) {
            let above = above.map(|it| it.join(FILE)).find(|it| is_there(it));
            return Search::NotInRepository { root: directory.to_owned(), above };
        }
    }
    Search::Nowhere
}

/// The path as it is shown: short if the file is below the current directory.
fn shown<'p>(path: &'p Path, here: &Path) -> &'p Path {
    path.strip_prefix(here).ok().filter(|it| !it.as_os_str().is_empty()).unwrap_or(path)
}

/// The settings of a file without a repository.
pub(crate) fn read_file(path: &Path) -> Result<Config, Failure> {
    read_shown(path, path, &Surroundings::default(), None)
}

fn read_shown(
    path: &Path,
    shown: &Path,
    surroundings: &Surroundings,
    destination: Option<&DestinationName>,
) -> Result<Config, Failure> {
    if path.is_dir() {
        return Err(Failure::usage(Error::Directory(shown.to_owned())));
    }
    let bytes = bytes(path)
        .map_err(|source| Failure::usage(Error::Read { path: shown.to_owned(), source }))?;
    let mut config = Config::from_bytes(&bytes, shown, surroundings, destination)?;
    // A path in a file is relative to the file's directory.
    let (home, directory) = (std::env::home_dir(), path.parent().unwrap_or(Path::new("")));
    for file in config.host.ssh_config.iter_mut().chain(&mut config.edge.roots) {
        *file = file.seen_from(directory, home.as_deref());
    }
    Ok(config)
}

/// The bytes of a file, at most one more than allowed.
fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(Config::BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exit;

    fn read(flags: &Flags, here: &Path) -> Result<Config, Failure> {
        read_with(flags, here, found(flags, here)?.as_deref(), &Surroundings::default())
    }

    #[test]
    fn in_a_repository_with_a_compose_file_the_host_is_all_that_has_to_be_said() {
        let top = tempfile::tempdir().expect("a place");
        let shop = top.path().join("shop");
        std::fs::create_dir_all(shop.join(".git")).expect("a place");
        let host = Some("far".parse().expect("an alias"));
        let flags = Flags { host, ..Flags::default() };
        let failure = read(&flags, &shop).expect_err("there is nothing to deploy");
        assert_eq!(failure.exit(), Exit::Usage);
        std::fs::write(shop.join("compose.yaml"), "services: {}\n").expect("written");
        let config = about_a_host(read(&flags, &shop).expect("it is enough")).expect("a host");
        assert_eq!(config.host.alias.as_str(), "far");
        read(&Flags::default(), &shop).expect_err("no host is named");
        std::fs::write(shop.join(FILE), "").expect("written");
        let unnamed = read(&Flags::default(), &shop).expect("an empty file is right");
        let failure = about_a_host(unnamed).expect_err("no host is named");
        assert_eq!(failure.chain().next().expect("one").to_string(), "hemma.toml names no host");
    }

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
    fn the_values_of_the_chosen_destination_are_in_force() {
        let top = tempfile::tempdir().expect("a place");
        let text = "[host]\nalias = \"far\"\n[destination.staging.host]\nalias = \"near\"\n";
        std::fs::write(top.path().join(FILE), text).expect("written");
        let of = |name: &str| {
            let destination = Some(name.parse().expect("a name"));
            read(&Flags { destination, ..Flags::default() }, top.path())
        };
        assert_eq!(of("staging").expect("it is there").host.alias.as_str(), "near");
        let failure = of("production").expect_err("it is not there");
        assert_eq!(failure.exit(), Exit::Usage);
        let without = read(&Flags::default(), top.path()).expect("it is right");
        assert_eq!(without.host.alias.as_str(), "far");
    }

    #[test]
    fn it_is_not_looked_for_above_the_repository() {
        let top = tempfile::tempdir().expect("a place");
        let root = top.path().join("app");
        let below = root.join("src");
        std::fs::create_dir_all(&below).expect("a place");
        std::fs::write(top.path().join(FILE), "").expect("written");
        // A worktree's `.git` is a file.
        std::fs::write(root.join(".git"), "gitdir: elsewhere").expect("written");
        let failure = read(&Flags::default(), &below).expect_err("it is another directory's");
        assert_eq!(failure.exit(), Exit::Usage);
        let said = failure.chain().next().expect("one").to_string();
        assert_eq!(
            said,
            format!("there is no `hemma.toml` in the repository `{}`", root.display())
        );
        let above = top.path().join(FILE);
        let hint = format!(
            "there is a hemma.toml above this repository at `{}`; pass --config to use it",
            above.display()
        );
        assert_eq!(failure.advice(), Some(&Hint::Do(hint)));
        assert!(read_if_there(&Flags::default(), &below).expect("no error").is_none());
        let flags = Flags { config: Some("../../hemma.toml".into()), ..Flags::default() };
        read(&flags, &below).expect("it was named");
        std::fs::write(root.join(FILE), "").expect("written");
        read(&Flags::default(), &below).expect("the root's own counts");
        std::fs::remove_file(root.join(FILE)).expect("removed");
        std::fs::remove_file(above).expect("removed");
        let failure = read(&Flags::default(), &below).expect_err("there is none");
        assert!(matches!(failure.advice(), Some(Hint::Do(it)) if it.contains("init --host")));
    }

    #[test]
    fn what_is_no_settings_file_is_said_in_one_line() {
        let top = tempfile::tempdir().expect("a place");
        let file = top.path().join(FILE);
        let said = || {
            let failure = read(&Flags::default(), top.path()).expect_err("it must be refused");
            assert_eq!(failure.exit(), Exit::Usage);
            failure.chain().next().expect("one").to_string()
        };
        std::fs::create_dir(&file).expect("a directory");
        assert_eq!(said(), "`hemma.toml` is a directory, and a file is needed");
        std::fs::remove_dir(&file).expect("removed");
        std::os::unix::fs::symlink("nowhere", &file).expect("a link");
        assert_eq!(said(), "could not read `hemma.toml`");
        std::fs::remove_file(&file).expect("removed");
        let rows: [(&[u8], &str); 5] = [
            (
                b"[host]\nalias = \"h\xff\"\n",
                "hemma.toml:2:11: the file is not UTF-8 text from here on; save it as UTF-8",
            ),
            (b"\xff\xfe[\0", "hemma.toml:1:1: the file is UTF-16; save it as UTF-8"),
            (&vec![b'#'; Config::BYTES_MAX + 1], "hemma.toml:1:1: the file is larger than 64 KiB"),
            (b"[host]\nalias = \"a\0b\"\n", "hemma.toml:2:11: the file holds a control character"),
            (b"[host]\ralias = 7\n", "hemma.toml:1:8: a line ends with a carriage return alone"),
        ];
        for (bytes, expected) in rows {
            std::fs::write(&file, bytes).expect("written");
            assert!(said().starts_with(expected), "{}", said());
        }
        for good in ["\u{feff}[host]\nalias = \"a\"\n", "[host]\r\nalias = \"a\"\r\n"] {
            std::fs::write(&file, good).expect("written");
            let config = read(&Flags::default(), top.path()).expect("it is right");
            assert_eq!(config.host.alias.as_str(), "a");
        }
    }

    #[test]
    fn all_mistakes_are_said_at_once() {
        let top = tempfile::tempdir().expect("a place");
        let text = "[host]\nalias = 7\n[edge]\nhttp = 0\n";
        std::fs::write(top.path().join(FILE), text).expect("written");
        let failure = read(&Flags::default(), top.path()).expect_err("two things are wrong");
        assert_eq!(failure.chain().next().expect("one").to_string(), "hemma.toml has 2 mistakes");
        let places: Vec<_> = failure.evidence().iter().map(|it| &it[..14]).collect();
        assert_eq!(places, ["hemma.toml:2:9", "hemma.toml:4:8"]);
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
