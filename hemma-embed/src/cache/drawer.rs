//! Entries of one kind in one directory.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use super::{CacheError, Key};
use crate::npy::{self, Expect};

/// Where entries are written before they get their name. The Python client looks at names that end
/// in `.npy` in the directory itself and at nothing else.
const INCOMING: &str = ".incoming";
/// Nobody writes one entry for so long: what is older was left by a run that was killed.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Vectors of one length, one file each.
#[derive(Debug, Clone)]
pub struct Drawer {
    dir: PathBuf,
    cols: usize,
    swept: Arc<Once>,
}

impl Drawer {
    pub(super) fn new(dir: PathBuf, cols: usize) -> Self {
        Self { dir, cols, swept: Arc::new(Once::new()) }
    }

    /// Values in an entry.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Where an entry is.
    pub fn path(&self, key: &Key) -> PathBuf {
        self.dir.join(format!("{key}.npy"))
    }

    /// Appends an entry to `row`, or gives false for a miss.
    pub(crate) fn read_onto(&self, key: &Key, row: &mut Vec<f32>) -> Result<bool, CacheError> {
        let path = self.path(key);
        // One byte more than a sound entry has, so that a longer one is seen as such.
        let mut bytes = Vec::with_capacity(npy::write_vector_len(self.cols) + 1);
        let limit = bytes.capacity() as u64;
        let read = File::open(&path).and_then(|it| it.take(limit).read_to_end(&mut bytes));
        match read {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(CacheError::new("read", &path, &error)),
        }
        let Ok(vector) = npy::read(&bytes, Expect::Vector(self.cols)) else { return Ok(false) };
        row.extend_from_slice(vector.values());
        Ok(true)
    }

    /// An entry, or `None` for a miss.
    pub fn read(&self, key: &Key) -> Result<Option<Vec<f32>>, CacheError> {
        let mut row = Vec::new();
        Ok(self.read_onto(key, &mut row)?.then_some(row))
    }

    /// Keeps an entry.
    pub fn write(&self, key: &Key, row: &[f32]) -> Result<(), CacheError> {
        self.swept.call_once(|| sweep(&self.dir.join(INCOMING)));
        replace(&self.path(key), &npy::write_vector(row))
    }
}

/// Puts a file in its place as a whole: whoever reads sees the one before or this one.
///
/// It is not forced onto the disk. A machine that loses power may lose entries that were just
/// written, and reads a damaged one as a miss; a process that is killed loses none.
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
fn sweep(incoming: &Path) {
    for entry in fs::read_dir(incoming).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|it| it.modified()).map(|it| it.elapsed());
        if matches!(age, Ok(Ok(age)) if age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
