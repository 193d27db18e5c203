//! Words with quotes, and variables in them, as BuildKit's shell lexer reads them.

use std::collections::HashMap;

/// The limit for defaults within defaults, deeper than any person writes them.
const DEPTH_MAX: usize = 32;

/// The longest value in bytes, above any name of an image. Without a limit, values that name each
/// other grow without bound.
const BYTES_MAX: usize = 1024;

/// Why a word has no known value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// A variable whose value is not known here.
    Variable(String),
    /// A required variable has no value, so the build refuses the file: `${A:?}`.
    Required(String),
    /// A form that this reader does not know, such as `${A##*/}`, or one that is wrong.
    Form,
}

/// The values of variables. One that is known to exist and whose value is not known is `None`.
pub(crate) type Variables = HashMap<String, Option<String>>;

/// The word with its variables filled in and its quotes removed. A variable that is not set is
/// blank.
pub(crate) fn expanded(word: &str, variables: &Variables, escape: char) -> Result<String, Unknown> {
    let mut lexer = Lexer { rest: word, variables, escape };
    lexer.until(None, 0)
}

struct Lexer<'w> {
    rest: &'w str,
    variables: &'w Variables,
    escape: char,
}

impl<'w> Lexer<'w> {
    fn next(&mut self) -> Option<char> {
        let it = self.rest.chars().next()?;
        self.rest = &self.rest[it.len_utf8()..];
        Some(it)
    }

    /// The text until `stop`, or until the end. What follows an unknown variable is read as well,
    /// because the text may turn out not to be needed.
    fn until(&mut self, stop: Option<char>, depth: usize) -> Result<String, Unknown> {
        let (mut out, mut unknown) = (String::new(), None);
        while let Some(it) = self.next() {
            match it {
                _ if Some(it) == stop => return unknown.map_or(Ok(out), Err),
                '\'' => self.single_quoted(&mut out)?,
                '"' => self.double_quoted(&mut out, &mut unknown, depth)?,
                '$' => self.dollar(&mut out, &mut unknown, depth)?,
                it if it == self.escape => out.extend(self.next()),
                it => out.push(it),
            }
            if out.len() > BYTES_MAX {
                return Err(Unknown::Form);
            }
        }
        if stop.is_some() { Err(Unknown::Form) } else { unknown.map_or(Ok(out), Err) }
    }

    fn single_quoted(&mut self, out: &mut String) -> Result<(), Unknown> {
        let (text, rest) = self.rest.split_once('\'').ok_or(Unknown::Form)?;
        out.push_str(text);
        self.rest = rest;
        Ok(())
    }

    fn double_quoted(
        &mut self,
        out: &mut String,
        unknown: &mut Option<Unknown>,
        depth: usize,
    ) -> Result<(), Unknown> {
        loop {
            match self.next().ok_or(Unknown::Form)? {
                '"' => return Ok(()),
                '$' => self.dollar(out, unknown, depth)?,
                it if it == self.escape => match self.rest.chars().next() {
                    Some(next) if next == '"' || next == '$' || next == it => {
                        out.extend(self.next());
                    }
                    _ => out.push(it),
                },
                it => out.push(it),
            }
        }
    }

    /// Appends the value of what stands behind a `$`, or notes that it is unknown.
    fn dollar(
        &mut self,
        out: &mut String,
        unknown: &mut Option<Unknown>,
        depth: usize,
    ) -> Result<(), Unknown> {
        match self.variable(depth) {
            Ok(value) => out.push_str(&value),
            Err(it @ Unknown::Variable(_)) => *unknown = unknown.take().or(Some(it)),
            Err(it) => return Err(it),
        }
        Ok(())
    }

    fn variable(&mut self, depth: usize) -> Result<String, Unknown> {
        let Some(braced) = self.rest.strip_prefix('{') else {
            let name = self.name();
            return if name.is_empty() { Ok("$".to_owned()) } else { self.plain(name) };
        };
        self.rest = braced;
        let name = self.name();
        if name.is_empty() || depth == DEPTH_MAX {
            return Err(Unknown::Form);
        }
        let mut operator = self.next().ok_or(Unknown::Form)?;
        let blank_counts = operator != ':';
        if !blank_counts {
            operator = self.next().ok_or(Unknown::Form)?;
        }
        if operator == '}' && blank_counts {
            return self.plain(name);
        }
        if !matches!(operator, '-' | '+' | '?') {
            return Err(Unknown::Form);
        }
        let word = match self.until(Some('}'), depth + 1) {
            Err(it @ (Unknown::Form | Unknown::Required(_))) => return Err(it),
            word => word,
        };
        let value = self.value(name)?;
        let counts = value.is_some_and(|it| blank_counts || !it.is_empty());
        match operator {
            '-' if !counts => word,
            '+' if counts => word,
            '+' => Ok(String::new()),
            '?' if !counts => Err(Unknown::Required(name.to_owned())),
            _ => Ok(value.unwrap_or_default().to_owned()),
        }
    }

    fn plain(&self, name: &str) -> Result<String, Unknown> {
        Ok(self.value(name)?.unwrap_or_default().to_owned())
    }

    /// The value of a variable; `None` where it is not set.
    fn value(&self, name: &str) -> Result<Option<&'w str>, Unknown> {
        match self.variables.get(name) {
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => Err(Unknown::Variable(name.to_owned())),
            None => Ok(None),
        }
    }

    fn name(&mut self) -> &'w str {
        let end = self.rest.find(|it: char| !it.is_alphanumeric() && it != '_');
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        name
    }
}

/// The words between spaces, without quotes and escapes.
pub(crate) fn split(text: &str, escape: char) -> Vec<String> {
    let plain = |it: String| {
        // `$` stays as it is: only the quotes go.
        let (mut out, mut quote, mut chars) = (String::new(), None, it.chars());
        while let Some(it) = chars.next() {
            match quote {
                Some(open) if it == open => quote = None,
                None if it == '"' || it == '\'' => quote = Some(it),
                _ if it == escape && quote != Some('\'') => out.extend(chars.next()),
                _ => out.push(it),
            }
        }
        out
    };
    split_raw(text, escape).into_iter().map(plain).collect()
}

/// The words between spaces, as they are written.
pub(crate) fn split_raw(text: &str, escape: char) -> Vec<String> {
    let (mut words, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() {
        let (word, behind) = rest.split_at(end(rest, escape));
        words.push(word.to_owned());
        rest = behind.trim_start();
    }
    words
}

/// The end of the first word: the first space that is not in quotes and not escaped.
pub(super) fn end(text: &str, escape: char) -> usize {
    let (mut quote, mut chars) = (None, text.char_indices());
    while let Some((at, it)) = chars.next() {
        match quote {
            Some(open) if it == open => quote = None,
            None if it == '"' || it == '\'' => quote = Some(it),
            None if it.is_whitespace() => return at,
            _ if it == escape && quote != Some('\'') => {
                chars.next();
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_filled_in_as_buildkit_does() {
        let variables: Variables = [("A", Some("a")), ("E", Some("")), ("S", None)]
            .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
            .into();
        let unknown = |it: &str| Err(Unknown::Variable(it.to_owned()));
        let rows = [
            ("python:$A-slim", Ok("python:a-slim")),
            ("${B:-python:$A}", Ok("python:a")),
            ("${B:-python:${C:-${A}}}x", Ok("python:ax")),
            ("${A:-$S}", Ok("a")),
            ("${E:-$A}${E-$A}", Ok("a")),
            ("${A:+x}${A+y}${E:+x}${E+y}${B+y}", Ok("xyy")),
            ("${A:?none}", Ok("a")),
            ("$B", Ok("")),
            ("'$A'\"$A\"\\$A", Ok("$Aa$A")),
            ("\"\\$A\\x\"", Ok("$A\\x")),
            ("a$", Ok("a$")),
            ("${B:-}", Ok("")),
            ("$S", unknown("S")),
            ("${B:-${S}}/x", unknown("S")),
            ("${S:-x}", unknown("S")),
            ("${E:?none}", Err(Unknown::Required("E".to_owned()))),
            ("${A##*/}", Err(Unknown::Form)),
            ("${A", Err(Unknown::Form)),
            ("${}", Err(Unknown::Form)),
            ("'a", Err(Unknown::Form)),
        ];
        for (word, expected) in rows {
            assert_eq!(expanded(word, &variables, '\\'), expected.map(str::to_owned), "{word}");
        }
        let deep = "${B:-".repeat(100_000) + &"}".repeat(100_000);
        assert_eq!(expanded(&deep, &variables, '\\'), Err(Unknown::Form));
    }

    #[test]
    fn words_are_told_apart() {
        let rows: [(&str, &[&str]); 5] = [
            ("", &[]),
            (" a  b ", &["a", "b"]),
            ("A=\"b c\" D='e f'g", &["A=b c", "D=e fg"]),
            ("a\\ b c", &["a b", "c"]),
            ("'a b", &["a b"]),
        ];
        for (text, expected) in rows {
            assert_eq!(split(text, '\\'), expected, "{text}");
        }
    }
}
