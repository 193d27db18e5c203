//! A `.npy` file that is written row by row, in any order.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{extend_little_endian, header};
use crate::Matrix;

/// A matrix that grows on disk instead of in memory.
///
/// The rows are written to `NAME.part` next to the target, which gets its own name when it is
/// complete. If the value is dropped before, nothing is left.
///
/// Writing blocks for as long as the page cache takes to copy the rows.
#[derive(Debug)]
pub struct NpyFile {
    target: PathBuf,
    part: PathBuf,
    file: Option<File>,
    cols: usize,
    rows: usize,
}

/// The error of writing the file.
#[derive(Debug, thiserror::Error)]
#[error("could not write {}", path.display())]
pub struct NpyFileError {
    path: PathBuf,
    source: io::Error,
}

impl NpyFile {
    /// Creates a file whose rows have `cols` values.
    ///
    /// An existing target that is not a regular file is refused: the rename at the end would
    /// replace a device or a pipe that others use, and cannot replace a directory.
    pub fn create(target: &Path, cols: usize) -> Result<Self, NpyFileError> {
        if std::fs::metadata(target).is_ok_and(|it| !it.is_file()) {
            let source = io::Error::other("it exists and is not a regular file");
            return Err(NpyFileError { path: target.to_owned(), source });
        }
        let mut part = target.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file =
            File::create(&part).map_err(|source| NpyFileError { path: part.clone(), source })?;
        Ok(Self { target: target.to_owned(), part, file: Some(file), cols, rows: 0 })
    }

    /// Writes the rows of `matrix` at the indices `at`. Neighbours are written together.
    ///
    /// # Panics
    ///
    /// If a row has another length than the file's, or there are more indices than rows.
    pub fn place(&mut self, at: &[usize], matrix: &Matrix) -> Result<(), NpyFileError> {
        assert_eq!((at.len(), self.cols), matrix.shape(), "one place for each row of the file");
        let mut bytes = Vec::with_capacity(size_of_val(matrix.values()));
        extend_little_endian(&mut bytes, matrix.values());
        let width = self.width();
        let mut rest = &bytes[..];
        for run in at.chunk_by(|a, b| a + 1 == *b) {
            let (now, later) = rest.split_at(run.len() * width);
            self.write_at(run[0], now)?;
            self.rows = self.rows.max(run[run.len() - 1] + 1);
            rest = later;
        }
        Ok(())
    }

    /// Fills the rows at the indices `at` with NaN, which no reader takes for an answer.
    pub fn leave_out(&mut self, at: &[usize]) -> Result<(), NpyFileError> {
        let nothing = Matrix::of_shape(vec![f32::NAN; self.cols], 1, self.cols);
        at.iter().try_for_each(|place| self.place(&[*place], &nothing))
    }

    /// Completes the header and gives the file its name. Returns the shape.
    pub fn finish(mut self) -> Result<(usize, usize), NpyFileError> {
        let header = header::matrix(self.rows, self.cols);
        debug_assert_eq!(header.len(), HEADER, "two axes of 20 digits fit into 128 bytes");
        let shape = (self.rows, self.cols);
        let written = match &mut self.file {
            Some(file) => file
                .seek(SeekFrom::Start(0))
                .and_then(|_| file.write_all(&header))
                .and_then(|()| file.sync_all()),
            None => Ok(()),
        };
        written
            .and_then(|()| std::fs::rename(&self.part, &self.target))
            .map_err(|source| NpyFileError { path: self.target.clone(), source })?;
        self.file = None;
        Ok(shape)
    }

    fn width(&self) -> usize {
        self.cols * size_of::<f32>()
    }

    fn write_at(&mut self, row: usize, bytes: &[u8]) -> Result<(), NpyFileError> {
        let offset = (HEADER + row * self.width()) as u64;
        let Some(file) = &mut self.file else { return Ok(()) };
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.write_all(bytes))
            .map_err(|source| NpyFileError { path: self.part.clone(), source })
    }
}

/// Every header of a matrix has this length, so rows can be written before their number is known.
const HEADER: usize = 128;

impl Drop for NpyFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // No caller is left to get an error; the next run overwrites the file anyway.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_regular_file_stays_what_it_is() {
        let dir = tempfile::tempdir().expect("a place for files");
        for target in [dir.path(), Path::new("/dev/null")] {
            let error = NpyFile::create(target, 3).expect_err("it is no file");
            assert_eq!(error.to_string(), format!("could not write {}", target.display()));
            assert!(!Path::new(&format!("{}.part", target.display())).exists());
        }
        let kept = dir.path().join("a.npy");
        std::fs::write(&kept, "before").expect("writable");
        drop(NpyFile::create(&kept, 3).expect("a regular file may be replaced"));
        assert_eq!(std::fs::read(&kept).expect("there"), b"before", "and only by a whole one");
    }
}
