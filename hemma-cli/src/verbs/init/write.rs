//! Files that appear whole, and never in place of others.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

use super::place::Error;
use crate::Failure;

/// Writes a file that is not there yet.
pub(super) fn new_file(path: &Path, text: &str) -> Result<(), Failure> {
    written(path, text, |file| file.persist_noclobber(path).map(drop).map_err(|it| it.error))
}

/// Writes the new text of a file, which must still have the text that the new one was made from.
pub(super) fn changed_file(path: &Path, before: &str, text: &str) -> Result<(), Failure> {
    written(path, text, |file| {
        if std::fs::read_to_string(path)? != before {
            return Err(std::io::Error::other("another program has changed it in the meantime"));
        }
        file.persist(path).map(drop).map_err(|it| it.error)
    })
}

fn written(
    path: &Path,
    text: &str,
    place: impl FnOnce(NamedTempFile) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let all = || {
        std::fs::create_dir_all(directory)?;
        let mut file = NamedTempFile::new_in(directory)?;
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(Permissions::from_mode(0o644))?;
        file.as_file().sync_all()?;
        place(file)
    };
    all().map_err(|source| Failure::known(Error::Write { path: path.to_owned(), source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_overwritten() {
        let dir = tempfile::tempdir().expect("a place");
        let path = dir.path().join("below/hemma.toml");
        new_file(&path, "one").expect("it is new");
        new_file(&path, "two").expect_err("it is there");
        changed_file(&path, "other", "two").expect_err("it was changed");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "one");
        changed_file(&path, "one", "two").expect("it is the same");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "two");
        let left = std::fs::read_dir(dir.path().join("below")).expect("it is there").count();
        assert_eq!(left, 1);
    }
}
