//! A file that is read twice: once to know that it can be read completely, once for its texts.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hemma_core::{Classified, ErrorClass, OperatorError};

use super::record::{self, Columns, Format, Record, Records};

/// Standard input on the command line, and in words.
const STDIN: [&str; 2] = ["-", "standard input"];

/// The file to read, and its format.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The path; `-` is standard input.
    pub(crate) path: PathBuf,
    /// The format; `None` means that the file's name decides.
    pub(crate) format: Option<Format>,
    pub(crate) columns: Columns,
}

/// A file whose records can all be read.
pub(crate) struct Input {
    path: PathBuf,
    format: Format,
    columns: Columns,
    given: Option<Arc<[u8]>>,
    /// The number of records, at least one.
    pub(crate) count: usize,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("could not read `{}`", .path.display())]
    Pipe { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Record(#[from] record::Error),
    #[error("there is no text in `{}`", .0.display())]
    Nothing(PathBuf),
    #[error("the file changed while it was read: it had {first} texts, then {then}")]
    Changed { first: usize, then: usize },
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Pipe { source, .. } => source.classify(),
            Self::Record(source) => source.classify(),
            Self::Nothing(_) => ErrorClass::NotAsPlanned.without("the message names the file"),
            Self::Changed { .. } => ErrorClass::NotAsPlanned
                .without("the same command again reads the file as it is now"),
        }
    }
}

impl Input {
    /// Reads the file once, without blocking the runtime: reading a pipe must stay interruptible.
    pub(crate) async fn open(here: &Path, wanted: Wanted) -> Result<Self, Error> {
        let here = here.to_owned();
        let read = tokio::task::spawn_blocking(move || Self::read(&here, wanted));
        read.await.expect("reading records does not panic")
    }

    fn read(here: &Path, wanted: Wanted) -> Result<Self, Error> {
        let Wanted { path, format, columns } = wanted;
        let format = format.unwrap_or_else(|| Format::of(&path));
        let is_stdin = path == Path::new(STDIN[0]);
        let path = if is_stdin { PathBuf::from(STDIN[1]) } else { here.join(path) };
        let failed = |source| Error::Pipe { path: path.clone(), source };
        let given = match pipe(&path, is_stdin).map_err(failed)? {
            Some(mut pipe) => {
                let mut bytes = Vec::new();
                pipe.read_to_end(&mut bytes).map_err(failed)?;
                Some(bytes.into())
            }
            None => None,
        };
        let mut input = Self { path, format, columns, given, count: 0 };
        input.count = record::count(input.records()?)?;
        if input.count == 0 {
            return Err(Error::Nothing(input.path));
        }
        Ok(input)
    }

    fn records(&self) -> Result<Records, record::Error> {
        Records::open(&self.path, self.format, self.columns.clone(), self.given.clone())
    }

    /// The records again. They end early if one cannot be read now; [`Second::check`] reports that.
    pub(crate) fn again(
        &self,
    ) -> Result<(Second, impl Iterator<Item = Record> + Send + use<>), Error> {
        let records = self.records()?;
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

/// An input that can be read only once: standard input, a FIFO, a shell's `<(…)`.
fn pipe(path: &Path, is_stdin: bool) -> io::Result<Option<Box<dyn Read>>> {
    if is_stdin {
        return Ok(Some(Box::new(io::stdin().lock())));
    }
    // A missing file is reported where it is opened.
    let is_pipe = std::fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir());
    if is_pipe { Ok(Some(Box::new(File::open(path)?))) } else { Ok(None) }
}

/// The result of the second reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Second(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    count: usize,
    error: Option<record::Error>,
}

impl Second {
    /// Whether it gave as many records as the first.
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
    use std::io::Write;
    use std::os::fd::AsRawFd;

    use super::*;

    fn wanted(path: &str) -> Wanted {
        let columns = Columns { text: None, prompt: None, id: None };
        Wanted { path: path.into(), format: None, columns }
    }

    #[tokio::test]
    async fn a_file_that_changes_between_two_readings_is_noticed() {
        let dir = tempfile::tempdir().expect("a place");
        let write = |text: &str| std::fs::write(dir.path().join("a.jsonl"), text).expect("written");
        write("{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
        let input = Input::open(dir.path(), wanted("a.jsonl")).await.expect("well-formed");
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

    #[tokio::test]
    async fn a_pipe_is_read_once_and_its_texts_twice() {
        let (from, mut into) = io::pipe().expect("a pipe");
        into.write_all(b"a\nb\n").expect("it is empty");
        drop(into);
        let path = format!("/dev/fd/{}", from.as_raw_fd());
        let input = Input::open(Path::new("/"), wanted(&path)).await.expect("two lines");
        for _ in 0..2 {
            let (second, records) = input.again().expect("it is kept");
            assert_eq!(records.map(|it| it.text).collect::<Vec<_>>(), ["a", "b"]);
            second.check(2).expect("both were read");
        }
    }

    #[tokio::test]
    async fn a_file_without_a_text_is_a_mistake() {
        let dir = tempfile::tempdir().expect("a place");
        for (name, content) in [("a.txt", ""), ("a.csv", "text\n"), ("a.jsonl", "\n")] {
            std::fs::write(dir.path().join(name), content).expect("written");
            let error = Input::open(dir.path(), wanted(name)).await.err().expect("it is empty");
            assert!(error.to_string().starts_with("there is no text in `/"), "{error}");
        }
    }
}
