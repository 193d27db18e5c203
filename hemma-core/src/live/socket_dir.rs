//! The directory of a connection's control socket, and the removal of those that killed processes
//! left.

use std::fs::{self, File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

/// A short path: sockets are limited to about 104 bytes on macOS, whose usual temporary directory
/// takes half of that.
const PLACE: &str = "/tmp";

const PREFIX: &str = "hemma-";

/// The file that the directory's process holds locked. The lock ends with the process, however that
/// ends.
const ALIVE: &str = "alive";

/// The minimum age for a removal: a younger directory may not have its lock yet.
const YOUNG: Duration = Duration::from_secs(60);

/// A directory of mode 0700 that is removed when dropped. Directories of killed processes are
/// removed when the next one is made.
#[derive(Debug)]
pub(super) struct SocketDir {
    dir: TempDir,
    _alive: File,
}

impl SocketDir {
    pub(super) fn create() -> std::io::Result<Self> {
        Self::create_in(Path::new(PLACE), YOUNG)
    }

    fn create_in(place: &Path, young: Duration) -> std::io::Result<Self> {
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        let alive = File::create_new(dir.path().join(ALIVE))?;
        alive.lock()?;
        let owner = fs::symlink_metadata(dir.path())?.uid();
        remove_left_behind(place, owner, young);
        Ok(Self { dir, _alive: alive })
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Removes directories of killed processes. This is housekeeping, so errors are ignored.
fn remove_left_behind(place: &Path, owner: u32, young: Duration) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let is_ours = |it: &Metadata| it.is_dir() && it.uid() == owner;
        let is_old = |it: &Metadata| {
            it.modified().is_ok_and(|it| it.elapsed().is_ok_and(|age| age >= young))
        };
        let named = entry.file_name().to_str().is_some_and(|it| it.starts_with(PREFIX));
        if named
            // For a symbolic link, this is the metadata of the link.
            && entry.metadata().is_ok_and(|it| is_ours(&it) && is_old(&it))
            && File::open(entry.path().join(ALIVE)).is_ok_and(|it| it.try_lock().is_ok())
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let place = tempfile::tempdir().expect("a place");
        let at = |name: &str| place.path().join(name);
        let running = SocketDir::create_in(place.path(), Duration::ZERO).expect("it is made");
        for name in ["hemma-killed", "hemma-other", "elsewhere"] {
            fs::create_dir(at(name)).expect("it is made");
        }
        for name in ["hemma-killed", "elsewhere"] {
            fs::write(at(name).join(ALIVE), "").expect("it is written");
        }
        std::os::unix::fs::symlink(at("elsewhere"), at("hemma-link")).expect("it is made");

        let next = SocketDir::create_in(place.path(), YOUNG).expect("it is made");
        assert!(at("hemma-killed").exists(), "it may have been made a moment ago");
        drop(next);
        let next = SocketDir::create_in(place.path(), Duration::ZERO).expect("it is made");
        assert!(!at("hemma-killed").exists());
        // Files of another program, or an edited `.env` that was kept.
        assert!(at("hemma-other").exists() && at("elsewhere").exists());
        assert!(running.path().exists() && next.path().exists());

        let path = running.path().to_owned();
        drop(running);
        assert!(!path.exists());
    }
}
