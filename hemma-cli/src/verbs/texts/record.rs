//! Texts in files: one on each line, or in a named column of a CSV or JSONL file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hemma_core::{Classified, ErrorClass, OperatorError};
use serde_json::Value;

/// One text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub text: String,
    pub prompt: Option<String>,
    pub id: Option<String>,
}

/// The names of the columns of a CSV file, or of the fields of a JSONL file.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub text: Option<String>,
    pub prompt: Option<String>,
    pub id: Option<String>,
}

/// The default name of the column with the texts.
const TEXT: &str = "text";

impl Columns {
    fn text(&self) -> &str {
        self.text.as_deref().unwrap_or(TEXT)
    }

    /// The first column that was named on the command line.
    fn asked(&self) -> Option<&String> {
        self.text.as_ref().or(self.prompt.as_ref()).or(self.id.as_ref())
    }
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One text a line
    Lines,
    /// With a header
    Csv,
    /// One object a line
    #[value(name = "jsonl")]
    JsonLines,
}

impl Format {
    /// The format by the name of a file.
    pub(crate) fn of(path: &Path) -> Self {
        match path.extension().and_then(|it| it.to_str()) {
            Some("csv") => Self::Csv,
            Some("jsonl" | "ndjson") => Self::JsonLines,
            _ => Self::Lines,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("could not open `{}`", .path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("could not read {} of `{}`", place(*.number), .path.display())]
    Read { path: PathBuf, number: usize, source: io::Error },
    #[error("{} of `{}` is not CSV", place(*.number), .path.display())]
    Csv { path: PathBuf, number: usize, source: csv::Error },
    #[error("{} of `{}` is not JSON", place(*.number), .path.display())]
    Json { path: PathBuf, number: usize, source: serde_json::Error },
    #[error(
        "{} of `{}` has no text named `{name}`; it has {there}",
        place(*.number),
        .path.display()
    )]
    Missing { path: PathBuf, number: usize, name: String, there: String },
    #[error("`{}` is read line by line, and a line has nothing named `{name}`", .path.display())]
    NoNames { path: PathBuf, name: String },
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } => source.classify(),
            Self::Csv { .. } | Self::Json { .. } | Self::Missing { .. } | Self::NoNames { .. } => {
                ErrorClass::NotAsPlanned
                    .without("the message names the place in the file and what is needed")
            }
        }
    }
}

fn blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Skips a byte order mark, which Windows writes and which is not part of the first text.
fn skip_mark(reader: &mut Reader) -> io::Result<()> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if reader.fill_buf()?.starts_with(MARK) {
        reader.consume(MARK.len());
    }
    Ok(())
}

fn place(number: usize) -> String {
    if number == 0 { "the header".to_owned() } else { format!("record {number}") }
}

/// The records of a file, one after another.
pub(crate) struct Records {
    path: PathBuf,
    columns: Columns,
    number: usize,
    source: Source,
}

type Reader = Box<dyn BufRead + Send>;

enum Source {
    Lines(io::Lines<Reader>),
    Csv(Box<csv::Reader<Reader>>, Named),
    JsonLines(io::Lines<Reader>),
}

/// The places of the columns.
#[derive(Debug)]
struct Named {
    text: usize,
    prompt: Option<usize>,
    id: Option<usize>,
}

impl Records {
    /// Opens a file. `given` is its content if it has been read already, as a pipe has.
    pub(crate) fn open(
        path: &Path,
        format: Format,
        columns: Columns,
        given: Option<Arc<[u8]>>,
    ) -> Result<Self, Error> {
        let mut reader: Reader = match given {
            Some(bytes) => Box::new(Cursor::new(bytes)),
            None => Box::new(BufReader::new(
                File::open(path).map_err(|source| Error::Open { path: path.to_owned(), source })?,
            )),
        };
        let read = |source| Error::Read { path: path.to_owned(), number: 1, source };
        skip_mark(&mut reader).map_err(read)?;
        let source = match format {
            Format::Lines => match columns.asked() {
                Some(name) => {
                    return Err(Error::NoNames { path: path.to_owned(), name: name.clone() });
                }
                None => Source::Lines(reader.lines()),
            },
            Format::JsonLines => Source::JsonLines(reader.lines()),
            Format::Csv => {
                let mut reader = csv::Reader::from_reader(reader);
                let named = named(path, reader.headers(), &columns)?;
                Source::Csv(Box::new(reader), named)
            }
        };
        Ok(Self { path: path.to_owned(), columns, number: 0, source })
    }

    fn read(&mut self, source: io::Error) -> Error {
        Error::Read { path: self.path.clone(), number: self.number, source }
    }

    fn of_json(&self, line: &str) -> Result<Record, Error> {
        let (path, number) = (&self.path, self.number);
        let value: Value = serde_json::from_str(line).map_err(|source| Error::Json {
            path: path.clone(),
            number,
            source,
        })?;
        let field = |name: &str| {
            value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
                let there = value.as_object().into_iter().flat_map(|it| it.keys());
                missing(path, number, name, there.map(String::as_str))
            })
        };
        Ok(Record {
            text: field(self.columns.text())?,
            prompt: self.columns.prompt.as_deref().map(field).transpose()?,
            id: self.columns.id.as_deref().map(field).transpose()?,
        })
    }
}

impl Iterator for Records {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.number += 1;
        let line = match &mut self.source {
            Source::Csv(reader, named) => {
                let mut row = csv::StringRecord::new();
                return match reader.read_record(&mut row) {
                    Ok(false) => None,
                    Ok(true) => Some(Ok(of_row(&row, named))),
                    Err(source) => {
                        let (path, number) = (self.path.clone(), self.number);
                        Some(Err(Error::Csv { path, number, source }))
                    }
                };
            }
            Source::Lines(lines) => lines.next()?,
            // Many writers leave a blank line at the end, which is not a record.
            Source::JsonLines(lines) => lines.find(|it| !it.as_ref().is_ok_and(|it| blank(it)))?,
        };
        let line = match line {
            Ok(line) => line,
            Err(source) => return Some(Err(self.read(source))),
        };
        Some(match self.source {
            Source::JsonLines(_) => self.of_json(&line),
            _ => Ok(Record { text: line, prompt: None, id: None }),
        })
    }
}

/// The number of records. Reads all of them, so that an error in the last one is known before the
/// first vector is computed.
pub(crate) fn count(mut records: Records) -> Result<usize, Error> {
    records.try_fold(0, |count, record| record.map(|_| count + 1))
}

fn of_row(row: &csv::StringRecord, named: &Named) -> Record {
    // A row with fewer fields than the header is an error already, so no field is missing.
    let field = |at: usize| row.get(at).unwrap_or_default().to_owned();
    Record { text: field(named.text), prompt: named.prompt.map(field), id: named.id.map(field) }
}

fn named(
    path: &Path,
    header: Result<&csv::StringRecord, csv::Error>,
    columns: &Columns,
) -> Result<Named, Error> {
    let header =
        header.map_err(|source| Error::Csv { path: path.to_owned(), number: 0, source })?;
    let place = |name: &str| {
        let found = header.iter().position(|it| it == name);
        found.ok_or_else(|| missing(path, 0, name, header.iter()))
    };
    Ok(Named {
        text: place(columns.text())?,
        prompt: columns.prompt.as_deref().map(place).transpose()?,
        id: columns.id.as_deref().map(place).transpose()?,
    })
}

fn missing<'t>(
    path: &Path,
    number: usize,
    name: &str,
    there: impl Iterator<Item = &'t str>,
) -> Error {
    let there: Vec<_> = there.take(20).map(|it| format!("`{it}`")).collect();
    let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
    Error::Missing { path: path.to_owned(), number, name: name.to_owned(), there }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, content: &str, extra: bool) -> Result<Vec<Record>, String> {
        let optional = |name: &str| extra.then(|| name.to_owned());
        let columns = Columns { text: None, prompt: optional("prompt"), id: optional("id") };
        let (path, content) = (Path::new(name), content.as_bytes().into());
        let records = Records::open(path, Format::of(path), columns, Some(content));
        records.and_then(Iterator::collect).map_err(|it: Error| it.to_string())
    }

    fn texts(name: &str, content: &str) -> Vec<String> {
        let records = read(name, content, false).expect("it is well-formed");
        records.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn a_file_is_read_as_its_name_says() {
        assert_eq!(texts("a.txt", "one\r\n\ntwo, \"three\""), ["one", "", "two, \"three\""]);
        assert_eq!(texts("-", "one\n"), ["one"]);
        let csv = "id,text\n1,\"a, \"\"b\"\"\nc\"\n2,d\n";
        assert_eq!(texts("a.csv", csv), ["a, \"b\"\nc", "d"]);
        let jsonl = "{\"text\":\"a\\nb\",\"x\":1}\n \n{\"text\":\"c\"}\n\n";
        assert_eq!(texts("a.jsonl", jsonl), ["a\nb", "c"]);
    }

    #[test]
    fn a_mark_of_the_byte_order_is_no_text() {
        assert_eq!(texts("a.txt", "\u{feff}one\ntwo\0\n"), ["one", "two\0"]);
        assert_eq!(texts("a.csv", "\u{feff}text\none\n"), ["one"]);
        assert_eq!(texts("a.jsonl", "\u{feff}{\"text\":\"one\"}"), ["one"]);
    }

    #[test]
    fn a_line_has_no_columns() {
        let said = "`a.txt` is read line by line, and a line has nothing named `prompt`";
        assert_eq!(read("a.txt", "one\n", true), Err(said.to_owned()));
    }

    #[test]
    fn prompts_and_ids_go_with_their_texts() {
        let expected =
            Record { text: "t".to_owned(), prompt: Some("p".to_owned()), id: Some("7".to_owned()) };
        let csv = read("a.csv", "prompt,id,text\np,7,t\n", true).expect("well-formed");
        let json = read("a.jsonl", r#"{"id":"7","text":"t","prompt":"p"}"#, true);
        assert_eq!(csv, [expected]);
        assert_eq!(json.expect("well-formed"), csv);
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let rows = [
            (
                "a.csv",
                "a,b\n1,2\n",
                "the header of `a.csv` has no text named `text`; it has `a`, `b`",
            ),
            ("a.csv", "", "the header of `a.csv` has no text named `text`; it has none"),
            ("a.csv", "text,b\n1,2\n3\n", "record 2 of `a.csv` is not CSV"),
            ("a.jsonl", "{\"text\":\"a\"}\nb\n", "record 2 of `a.jsonl` is not JSON"),
            (
                "a.jsonl",
                "{\"text\":5}",
                "record 1 of `a.jsonl` has no text named `text`; it has `text`",
            ),
        ];
        for (name, content, expected) in rows {
            assert_eq!(read(name, content, false), Err(expected.to_owned()), "{content:?}");
        }
        let columns = Columns { text: None, prompt: None, id: None };
        let open =
            |path, given| Records::open(Path::new(path), Format::Lines, columns.clone(), given);
        let missing = open("/nowhere/a.txt", None).err();
        assert!(missing.is_some_and(|it| it.to_string() == "could not open `/nowhere/a.txt`"));
        let latin = open("a.txt", Some(b"a\n\xe5\n"[..].into())).map(count);
        let error = latin.expect("it opens").expect_err("it is no UTF-8");
        assert_eq!(error.to_string(), "could not read record 2 of `a.txt`");
    }
}
