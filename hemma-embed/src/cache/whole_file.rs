//! Writes files so that no reader sees a part of one.
//!
//! The files are not synced to the disk. A power failure may lose entries that were just written,
//! and a damaged one counts as missing; killing the process loses none.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::CacheError;

/// The directory in which files are written before they get their name. The Python client only
/// reads names that end in `.npy` in the directory itself.
const INCOMING: &str = ".incoming";
/// The age of an abandoned file: no write takes so long, so a killed run has left it.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Writes a file that usually does not exist yet.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
    link(path, bytes).or_else(|_| replace(path, bytes))
}

/// Writes an unnamed file, and links its name when it is complete. This takes two thirds of the
/// time of a rename, which matters for thousands of files. Not every file system supports it, and
/// it cannot replace a file.
#[cfg(target_os = "linux")]
fn link(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};
    use rustix::io::Errno;

    let dir = path.parent().unwrap_or(Path::new("."));
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let mut file = File::from(open(dir, flags, Mode::from_raw_mode(0o666))?);
    file.write_all(bytes)?;
    match linkat(&file, "", CWD, path, AtFlags::EMPTY_PATH) {
        // Older kernels link unnamed files only for root; this way works for other users.
        Err(Errno::NOENT | Errno::PERM) => {
            let nameless = format!("/proc/self/fd/{}", file.as_raw_fd());
            Ok(linkat(CWD, nameless, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
        }
        linked => Ok(linked?),
    }
}

#[cfg(not(target_os = "linux"))]
fn link(_: &Path, _: &[u8]) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Writes a file that may exist already. A reader sees the old one or the new one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let failed = |error: io::Error| CacheError::new("write", path, &error);
    let dir = path.parent().unwrap_or(Path::new("."));
    let incoming = dir.join(INCOMING);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let part = incoming.join(format!("{}-{count}", std::process::id()));
    let mut file = match File::create(&part) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(&incoming).map_err(failed)?;
            File::create(&part)
        }
        other => other,
    }
    .map_err(failed)?;
    let written = file.write_all(bytes).and_then(|()| fs::rename(&part, path));
    written.map_err(|error| {
        // The earlier error is reported.
        let _ = fs::remove_file(&part);
        failed(error)
    })
}

/// Removes files of killed runs. A file that cannot be removed does no harm.
pub(super) fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir.join(INCOMING)).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|it| it.modified()).map(|it| it.elapsed());
        if matches!(age, Ok(Ok(age)) if age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
