//! Files that nobody sees half.
//!
//! They are not forced onto the disk. A machine that loses power may lose entries that were just
//! written, and reads a damaged one as a miss; a process that is killed loses none.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::CacheError;

/// Where files are written before they get their name. The Python client looks at names that end
/// in `.npy` in the directory itself and at nothing else.
const INCOMING: &str = ".incoming";
/// Nobody writes one file for so long: what is older was left by a run that was killed.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Puts a file in its place, where there mostly is none yet.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
    link(path, bytes).or_else(|_| replace(path, bytes))
}

/// Writes a file that has no name, and gives it one when it is whole: two thirds of the time of a
/// rename, which counts where there are thousands. Not every file system can, and none replaces a
/// file so.
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
        // An older kernel gives names only to root, and to others by this way round.
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

/// Puts a file in its place, where there may be one already: whoever reads sees the one before or
/// this one.
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
        // The error that led here is the one to tell.
        let _ = fs::remove_file(&part);
        failed(error)
    })
}

/// Removes what killed runs have left. Whatever cannot be removed is no harm to anybody.
pub(super) fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir.join(INCOMING)).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|it| it.modified()).map(|it| it.elapsed());
        if matches!(age, Ok(Ok(age)) if age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
