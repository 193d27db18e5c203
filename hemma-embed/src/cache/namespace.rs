//! Cache entries of one kind, in one directory.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::{Arc, Once};

use super::{CacheError, Key, whole_file};
use crate::npy::{self, Expect};

/// Vectors of one length, one file each.
#[derive(Debug, Clone)]
pub struct Namespace {
    dir: PathBuf,
    cols: usize,
    swept: Arc<Once>,
}

impl Namespace {
    pub(super) fn new(dir: PathBuf, cols: usize) -> Self {
        Self { dir, cols, swept: Arc::new(Once::new()) }
    }

    /// The number of values in an entry.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Whether the directory exists.
    pub(crate) fn exists(&self) -> bool {
        self.dir.exists()
    }

    /// The path of an entry.
    pub fn path(&self, key: &Key) -> PathBuf {
        self.dir.join(format!("{key}.npy"))
    }

    /// Appends an entry to `row`, or returns false if there is none.
    pub(crate) fn read_onto(&self, key: &Key, row: &mut Vec<f32>) -> Result<bool, CacheError> {
        let path = self.path(key);
        // One byte more than a valid entry has, so that a longer one is noticed.
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

    /// Reads an entry; `None` if there is none.
    pub fn read(&self, key: &Key) -> Result<Option<Vec<f32>>, CacheError> {
        let mut row = Vec::new();
        Ok(self.read_onto(key, &mut row)?.then_some(row))
    }

    /// Writes an entry.
    pub fn write(&self, key: &Key, row: &[f32]) -> Result<(), CacheError> {
        self.swept.call_once(|| whole_file::sweep(&self.dir));
        whole_file::put(&self.path(key), &npy::write_vector(row))
    }
}
