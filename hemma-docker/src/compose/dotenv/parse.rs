//! Reading a `.env` file as Compose reads it.
//!
//! The rules are Compose's, not a shell's and not those of the usual libraries: they differ
//! silently, for example on `pa$$word`. Surprising behaviour of Compose is noted where it is
//! handled; a test compares each case with the real `docker compose config`.

use std::collections::HashMap;
use std::ops::Range;

use hemma_core::Secret;

use super::escape::unescape;
use super::flaw::{Flaw, ParseError};
use super::interpolate::{Expansion, Surroundings, Uses};

/// The largest file that is read.
pub const BYTES_MAX: usize = 1 << 20;

/// A `.env` file: keys with their places, and values that do not print.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvFile {
    /// The entries in the order of the file. Of several entries with one key the last one counts.
    pub entries: Vec<Entry>,
    /// Lines with a name and no `=`: Compose takes such a variable from its environment.
    pub bare_lines: Vec<usize>,
    /// Whether the file begins with a byte order mark.
    pub bom: bool,
    /// Whether a line of the file ends with a carriage return.
    pub crlf: bool,
    /// The place of the last entry of each key: a file may have tens of thousands.
    last: HashMap<String, usize>,
}

/// One `KEY=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value as Compose reads it.
    pub value: Secret,
    /// The line on which the entry begins, from 1.
    pub line: usize,
    /// The quotes of the value.
    pub quoting: Quoting,
    /// The variables that `$` in the value refers to.
    pub uses: Uses,
    /// The range of the entry in the text, without what follows it on the line.
    pub(super) span: Range<usize>,
    /// The range of the value, quotes included.
    pub(super) value_span: Range<usize>,
}

/// The quotes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Without quotes: `value`
    None,
    /// In single quotes: `'value'`
    Single,
    /// In double quotes: `"value"`
    Double,
}

impl EnvFile {
    /// Reads the text of a `.env` file.
    ///
    /// ```
    /// use hemma_docker::compose::dotenv::EnvFile;
    ///
    /// let file = EnvFile::parse("A=abc #def\nB='$A'\nC=${A}d\n", &Default::default())?;
    /// let value = |key| file.get(key).map(|it| it.value.reveal());
    /// assert_eq!((value("A"), value("B"), value("C")), (Some("abc"), Some("$A"), Some("abcd")));
    /// # Ok::<(), hemma_docker::compose::dotenv::ParseError>(())
    /// ```
    pub fn parse(text: &str, outside: &Surroundings) -> Result<Self, ParseError> {
        if let Some(at) = text.find('\0') {
            return Err(ParseError::at(text, at, Flaw::Nul));
        }
        let bom = text.starts_with('\u{feff}');
        let mut reader = Reader {
            text,
            at: if bom { '\u{feff}'.len_utf8() } else { 0 },
            counted: (0, 1),
            known: HashMap::new(),
            budget: BYTES_MAX,
            outside,
        };
        let mut file = Self { bom, crlf: text.contains("\r\n"), ..Self::default() };
        while reader.skip_to_statement() {
            match reader.statement()? {
                Statement::Entry(entry) => {
                    file.last.insert(entry.key.clone(), file.entries.len());
                    file.entries.push(entry);
                }
                Statement::Bare(line) => file.bare_lines.push(line),
            }
        }
        Ok(file)
    }

    /// The entry of a key that counts: the last one.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(*self.last.get(key)?)
    }
}

enum Statement {
    Entry(Entry),
    Bare(usize),
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// A place and its line, so that counting goes on from there.
    counted: (usize, usize),
    known: HashMap<String, String>,
    budget: usize,
    outside: &'t Surroundings,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        self.at += self.rest().find(|it| !wanted(it)).unwrap_or(self.rest().len());
    }

    /// Skips to the next statement, which need not begin on a line of its own: `A="x" B=y` is two.
    fn skip_to_statement(&mut self) -> bool {
        self.skip(char::is_whitespace);
        while self.rest().starts_with('#') {
            self.skip(|it| it != '\n');
            self.skip(char::is_whitespace);
        }
        !self.rest().is_empty()
    }

    fn statement(&mut self) -> Result<Statement, ParseError> {
        let start = self.at;
        let line = self.line_of(start);
        let Some(key) = self.key()? else { return Ok(Statement::Bare(line)) };
        self.skip(is_space_within_line);
        let value_at = self.at;
        let (quoting, template) = self.written_value()?;
        let end = match quoting {
            Quoting::None => value_at + template.len(),
            Quoting::Single | Quoting::Double => self.at,
        };
        let mut uses = Uses::default();
        let value = if quoting == Quoting::Single {
            self.spend(template.len(), value_at)?;
            template
        } else {
            let (known, outside) = (&self.known, self.outside);
            let mut expansion = Expansion { known, outside, budget: self.budget, uses };
            let value = expansion.expand(&template);
            self.budget = expansion.budget;
            uses = expansion.uses;
            value.map_err(|fault| ParseError::at(self.text, value_at, fault.into()))?
        };
        self.known.insert(key.clone(), value.clone());
        let (span, value_span) = (start..end, value_at..end);
        let value = Secret::new(value);
        Ok(Statement::Entry(Entry { key, value, line, quoting, uses, span, value_span }))
    }

    fn spend(&mut self, bytes: usize, at: usize) -> Result<(), ParseError> {
        let left = self.budget.checked_sub(bytes);
        self.budget = left.ok_or_else(|| ParseError::at(self.text, at, Flaw::Unbounded))?;
        Ok(())
    }

    /// The key, and moves behind its `=`. `None` is a name without `=`.
    fn key(&mut self) -> Result<Option<String>, ParseError> {
        if let Some(rest) = self.rest().strip_prefix("export")
            && rest.starts_with([' ', '\t', '\n', '\r', '\u{c}'])
        {
            self.at += "export".len();
            self.skip(is_space_within_line);
            if self.rest().is_empty() {
                return Err(ParseError::at(self.text, self.at, Flaw::NoKey));
            }
        }
        let start = self.at;
        let ends = |it: char| matches!(it, '=' | ':' | '\n');
        let taken = |it: char| {
            is_space_within_line(it)
                || "_.-[]".contains(it)
                || it.is_alphabetic()
                || it.is_numeric()
        };
        // Compose never looks at a name at the very end without a line end.
        let Some((offset, last)) =
            self.rest().char_indices().find(|(_, it)| ends(*it) || !taken(*it))
        else {
            self.at = self.text.len();
            return Ok(None);
        };
        if !ends(last) {
            return Err(ParseError::at(self.text, start + offset, Flaw::KeyCharacter));
        }
        let key = self.rest()[..offset].trim_end();
        if let Some(space) = key.find(' ') {
            return Err(ParseError::at(self.text, start + space, Flaw::KeySpace));
        }
        self.at = start + offset + 1;
        Ok((last != '\n').then(|| key.to_owned()))
    }

    /// The value as it is written, without its quotes, escapes and comment.
    fn written_value(&mut self) -> Result<(Quoting, String), ParseError> {
        let (quote, quoting) = match self.rest().chars().next() {
            Some('\'') => ('\'', Quoting::Single),
            Some('"') => ('"', Quoting::Double),
            _ => return Ok((Quoting::None, self.plain_value())),
        };
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, it)) = characters.next() {
            if it == quote {
                self.at = start + offset + 1;
                let value = if quoting == Quoting::Double { unescape(&value) } else { value };
                return Ok((quoting, value));
            }
            if it != '\\' {
                value.push(it);
                continue;
            }
            let Some((_, escaped)) = characters.next() else { break };
            if escaped != quote {
                value.push('\\');
            }
            value.push(escaped);
        }
        Err(ParseError::at(self.text, start, Flaw::Unterminated))
    }

    fn plain_value(&mut self) -> String {
        let line = self.rest().split('\n').next().unwrap_or_default();
        self.at += line.len();
        // A `#` right after the `=` does not begin a comment, nor does one after a tab.
        let value = line.split(" #").next().unwrap_or_default();
        value.trim_end().to_owned()
    }

    fn line_of(&mut self, at: usize) -> usize {
        let (from, line) = self.counted;
        let line = line + self.text[from..at].matches('\n').count();
        self.counted = (at, line);
        line
    }
}

/// Whether Compose skips this space without leaving the line.
fn is_space_within_line(it: char) -> bool {
    matches!(it, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}
