//! The files of the one supervisor of a host and a configuration: a lock, a socket and a log.
//!
//! The supervisor is the process that holds the lock. The lock ends with the process, however that
//! ends, so no process id has to be guessed from, and files that are left over mean nothing.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hemma_core::Host;
use serde::{Deserialize, Serialize};

use super::Error;

/// The maximum length of a socket's path. On macOS it has to fit into 104 bytes, with its end.
const SOCKET_PATH_BYTES_MAX: usize = 103;

/// The files of the supervisor of `host`, in a directory that only this user can write to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceDir {
    dir: PathBuf,
    host: Host,
    /// The digest of the configuration that `host` is an alias in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    configuration: Option<String>,
}

/// The held lock of a seat. It is released on drop.
#[derive(Debug)]
pub(super) struct Taken {
    // The lock belongs to the open file.
    _lock: File,
}

impl InstanceDir {
    /// A seat in `dir`, usually the user's runtime directory; the directory is made if it is
    /// missing.
    pub fn new(dir: impl Into<PathBuf>, host: Host) -> Self {
        Self { dir: dir.into(), host, configuration: None }
    }

    /// Tells this supervisor from those of other configurations. An alias is a word of one ssh
    /// configuration: in two of them it may mean two hosts, and two applications may use the same
    /// one. `configuration` is any text that says which it is.
    #[must_use]
    pub fn of(mut self, configuration: &str) -> Self {
        self.configuration = Some(format!("{:016x}", digest(configuration)));
        self
    }

    /// The host of the supervisor.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The path of the supervisor's log.
    pub fn log(&self) -> PathBuf {
        self.file("log")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.file("sock")
    }

    fn file(&self, kind: &str) -> PathBuf {
        match &self.configuration {
            Some(configuration) => {
                self.dir.join(format!("tunnel-{}-{configuration}.{kind}", self.host))
            }
            None => self.dir.join(format!("tunnel-{}.{kind}", self.host)),
        }
    }

    /// Makes the directory, for this user only.
    pub(super) fn prepare(&self) -> Result<(), Error> {
        let socket = self.socket();
        if socket.as_os_str().len() > SOCKET_PATH_BYTES_MAX {
            return Err(Error::InstanceDir {
                path: socket,
                said: format!("longer than {SOCKET_PATH_BYTES_MAX} bytes"),
            });
        }
        let failed = |source: io::Error| Error::InstanceDir {
            path: self.dir.clone(),
            said: source.to_string(),
        };
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir).map_err(failed)?;
        let mode = std::fs::metadata(&self.dir).map_err(failed)?.permissions().mode();
        if mode & 0o022 != 0 {
            // Other users could put a socket of their own there.
            return Err(failed(io::Error::other("others may write there")));
        }
        Ok(())
    }

    /// Takes the lock, unless a supervisor holds it.
    pub(super) fn take(&self) -> Result<Taken, Error> {
        self.prepare()?;
        let lock = self.lock_file().map_err(|source| self.failed(&source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Taken { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::Runs { host: self.host.clone() }),
            Err(TryLockError::Error(source)) => Err(self.failed(&source)),
        }
    }

    /// Whether a supervisor holds the lock.
    pub(super) fn is_taken(&self) -> Result<bool, Error> {
        let lock = match File::open(self.file("lock")) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.failed(&error)),
        };
        // A shared lock, so that two processes that only look do not see each other as a
        // supervisor.
        match lock.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(self.failed(&source)),
        }
    }

    fn lock_file(&self) -> io::Result<File> {
        File::options().create(true).truncate(false).write(true).open(self.file("lock"))
    }

    fn failed(&self, source: &io::Error) -> Error {
        Error::InstanceDir { path: self.file("lock"), said: source.to_string() }
    }
}

/// FNV-1a: the same number for the same text in each version of this program, which the standard
/// library's hashes do not promise.
fn digest(text: &str) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    text.bytes().fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// Serializes only the host of a seat. The directory differs between machines, and a recording must
/// play on any.
pub(super) fn host_only<S: serde::Serializer>(
    seat: &InstanceDir,
    to: S,
) -> Result<S::Ok, S::Error> {
    seat.host.serialize(to)
}

/// Removes a file that may not exist.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(dir: &Path) -> InstanceDir {
        InstanceDir::new(dir.join("run"), "hemma".parse().expect("a host"))
    }

    #[test]
    fn there_is_one_seat_and_leftovers_do_not_hold_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let seat = seat(dir.path());
        assert_eq!(seat.is_taken(), Ok(false), "nothing was ever there");
        let taken = seat.take().expect("it is free");
        assert_eq!(seat.is_taken(), Ok(true));
        assert!(matches!(seat.take(), Err(Error::Runs { .. })));
        drop(taken);
        assert!(seat.file("lock").exists(), "the file stays");
        assert_eq!(seat.is_taken(), Ok(false), "and means nothing");
        seat.take().expect("it is free again");
    }

    #[test]
    fn each_configuration_of_an_alias_has_a_seat_of_its_own() {
        let dir = tempfile::tempdir().expect("a directory");
        let seats = [seat(dir.path()), seat(dir.path()).of("a"), seat(dir.path()).of("b")];
        let taken: Vec<_> = seats.iter().map(|it| it.take().expect("it is free")).collect();
        let told = serde_json::to_string(&seats[1]).expect("serializes");
        let read: InstanceDir = serde_json::from_str(&told).expect("it is ours");
        assert_eq!(read, seat(dir.path()).of("a"), "the process that is started has the same one");
        assert_eq!(read.is_taken(), Ok(true));
        drop(taken);
        assert_eq!(read.is_taken(), Ok(false));
        assert_eq!(
            digest("a"),
            0xaf63_dc4c_8601_ec8c,
            "another version finds what this one started"
        );
    }

    #[test]
    fn a_directory_that_others_may_write_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let seat = seat(dir.path());
        std::fs::create_dir(dir.path().join("run")).expect("writable");
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(dir.path().join("run"), open).expect("it is ours");
        assert!(matches!(seat.take(), Err(Error::InstanceDir { .. })));
        let long = InstanceDir::new("/tmp/".to_owned() + &"x".repeat(100), seat.host);
        assert!(matches!(long.take(), Err(Error::InstanceDir { .. })));
    }
}
