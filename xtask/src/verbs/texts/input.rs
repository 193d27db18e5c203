//! A file that is read twice: once to know that all of it can be read, once for its texts.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::record::{self, Columns, Record, Records};

/// A file of which every record can be read.
pub(crate) struct Input {
    path: PathBuf,
    columns: Columns,
    given: Option<Vec<u8>>,
    /// How many records it has.
    pub(crate) count: usize,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("could not read the texts from standard input")]
    Stdin(#[source] std::io::Error),
    #[error(transparent)]
    Record(#[from] record::Error),
    #[error("the file changed while it was read: it had {first} texts, then {then}")]
    Changed { first: usize, then: usize },
}

impl Input {
    /// Reads all of it once. `-` is standard input, of which there is only one go.
    pub(crate) fn open(here: &Path, path: &Path, columns: Columns) -> Result<Self, Error> {
        let mut given = None;
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(Error::Stdin)?;
            given = Some(bytes);
        }
        let path = here.join(path);
        let count = record::count(Records::open(&path, columns.clone(), given.as_deref())?)?;
        Ok(Self { path, columns, given, count })
    }

    /// Its records once more. They end early if one cannot be read now; [`Second::check`] says so.
    pub(crate) fn again(
        &self,
    ) -> Result<(Second, impl Iterator<Item = Record> + Send + use<>), Error> {
        let records = Records::open(&self.path, self.columns.clone(), self.given.as_deref())?;
        let second = Second::default();
        let noted = second.clone();
        let sound = records.map_while(move |record| {
            let mut seen = noted.0.lock().unwrap_or_else(PoisonError::into_inner);
            match record {
                Ok(record) => {
                    seen.count += 1;
                    Some(record)
                }
                Err(error) => {
                    seen.error = Some(error);
                    None
                }
            }
        });
        Ok((second, sound))
    }
}

/// How the second reading went.
#[derive(Debug, Clone, Default)]
pub(crate) struct Second(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    count: usize,
    error: Option<record::Error>,
}

impl Second {
    /// Whether it gave the same number of records as the first.
    pub(crate) fn check(&self, first: usize) -> Result<(), Error> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.error.take() {
            Some(error) => Err(error.into()),
            None if seen.count == first => Ok(()),
            None => Err(Error::Changed { first, then: seen.count }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_between_two_readings_is_noticed() {
        let dir = tempfile::tempdir().expect("a place");
        let write = |text: &str| std::fs::write(dir.path().join("a.jsonl"), text).expect("written");
        let columns = Columns { text: "text".to_owned(), prompt: None, id: None };
        write("{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
        let input = Input::open(dir.path(), Path::new("a.jsonl"), columns).expect("well-formed");
        assert_eq!(input.count, 2);
        let again = || {
            let (second, records) = input.again().expect("it opens");
            let texts: Vec<_> = records.map(|it| it.text).collect();
            (texts.len(), second.check(input.count).map_err(|it| it.to_string()))
        };
        assert_eq!(again(), (2, Ok(())));
        write("{\"text\":\"a\"}\n");
        let words = "the file changed while it was read: it had 2 texts, then 1";
        assert_eq!(again(), (1, Err(words.to_owned())));
        write("{\"text\":\"a\"}\nb\n");
        let (count, error) = again();
        assert_eq!(count, 1);
        assert!(error.is_err_and(|it| it.starts_with("record 2 of `")));
    }
}
