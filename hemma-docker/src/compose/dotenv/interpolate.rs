//! `$NAME` and `${NAME…}` in a value, as Compose expands them.

use std::collections::{BTreeMap, HashMap};

use super::flaw::Flaw;

/// The environment in which Compose runs. It overrides the file, and `$NAME` in a value finds it
/// first.
pub type Surroundings = BTreeMap<String, String>;

/// The limit for defaults within defaults, deeper than any person writes them.
const DEPTH_MAX: usize = 32;

/// The variables that `$` in a value refers to. Names are not kept unless the environment has them:
/// in `pa$word` the name is half of a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Variables that came from the environment in which Compose runs, e.g. `HOME`.
    pub outside: Vec<String>,
    /// Whether a variable was used that nothing sets, which became blank.
    pub unset: bool,
}

/// Why a value cannot be expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Template,
    Required,
    Unbounded,
}

impl From<Fault> for Flaw {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Template => Self::Template,
            Fault::Required => Self::Required,
            Fault::Unbounded => Self::Unbounded,
        }
    }
}

pub(super) struct Expansion<'e> {
    /// The keys of the file so far; Compose does not know the following ones yet, either.
    pub(super) known: &'e HashMap<String, String>,
    pub(super) outside: &'e Surroundings,
    /// The number of bytes that expansion may still produce.
    pub(super) budget: usize,
    pub(super) uses: Uses,
}

impl<'e> Expansion<'e> {
    pub(super) fn expand(&mut self, template: &str) -> Result<String, Fault> {
        self.expand_within(template, 0)
    }

    fn expand_within(&mut self, template: &str, depth: usize) -> Result<String, Fault> {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find('$') {
            self.append(&mut out, &rest[..at])?;
            let after = &rest[at + 1..];
            rest = match after.chars().next() {
                Some('$') => {
                    self.append(&mut out, "$")?;
                    &after[1..]
                }
                Some('{') => {
                    let end = end_of_braces(after).ok_or(Fault::Template)?;
                    let value = self.braced(&after[1..end], depth)?;
                    self.append(&mut out, &value)?;
                    &after[end + 1..]
                }
                _ => match name_length(after) {
                    0 => {
                        self.append(&mut out, "$")?;
                        after
                    }
                    length => {
                        let value = self.plain(&after[..length]);
                        self.append(&mut out, value)?;
                        &after[length..]
                    }
                },
            };
        }
        self.append(&mut out, rest)?;
        Ok(out)
    }

    fn append(&mut self, out: &mut String, text: &str) -> Result<(), Fault> {
        self.budget = self.budget.checked_sub(text.len()).ok_or(Fault::Unbounded)?;
        out.push_str(text);
        Ok(())
    }

    fn plain(&mut self, name: &str) -> &'e str {
        let value = self.lookup(name);
        self.uses.unset |= value.is_none();
        value.unwrap_or_default()
    }

    /// Expands the text between the braces.
    fn braced(&mut self, inner: &str, depth: usize) -> Result<String, Fault> {
        if depth == DEPTH_MAX {
            return Err(Fault::Unbounded);
        }
        let (name, rest) = inner.split_at(name_length(inner));
        if name.is_empty() {
            return Err(Fault::Template);
        }
        if rest.is_empty() {
            return Ok(self.plain(name).to_owned());
        }
        let (empty_counts, operator) = match rest.strip_prefix(':') {
            Some(operator) => (true, operator),
            None => (false, rest),
        };
        let value = self.lookup(name);
        let counts = value.is_some_and(|it| !(empty_counts && it.is_empty()));
        let value = || value.unwrap_or_default().to_owned();
        match operator.split_at_checked(1) {
            Some(("-", default)) if !counts => self.expand_within(default, depth + 1),
            Some(("-" | "?", _)) if counts => Ok(value()),
            Some(("?", _)) => Err(Fault::Required),
            Some(("+", instead)) if counts => self.expand_within(instead, depth + 1),
            Some(("+", _)) => Ok(value()),
            _ => Err(Fault::Template),
        }
    }

    fn lookup(&mut self, name: &str) -> Option<&'e str> {
        if let Some(value) = self.outside.get(name) {
            if !self.uses.outside.iter().any(|it| it == name) {
                self.uses.outside.push(name.to_owned());
            }
            return Some(value);
        }
        self.known.get(name).map(String::as_str)
    }
}

fn name_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(|it| it.is_ascii_alphabetic() || *it == b'_') {
        return 0;
    }
    bytes.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'_').count()
}

/// The place of the brace that closes the one at the beginning of `text`.
///
/// A plain `${NAME}` ends at its brace. In one with a default Compose counts braces, and skips the
/// character after each opening one; where the count never comes out even, the last brace of the
/// line closes.
fn end_of_braces(text: &str) -> Option<usize> {
    let name = name_length(&text[1..]) + 1;
    if text[name..].starts_with('}') {
        return Some(name);
    }
    let mut open = 0;
    let mut last = None;
    let mut skipping = false;
    for (at, it) in text.bytes().enumerate() {
        if it == b'\n' {
            break;
        }
        if it == b'}' {
            last = Some(at);
        }
        if std::mem::take(&mut skipping) {
            continue;
        }
        match it {
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open += 1;
                skipping = true;
            }
            _ => {}
        }
    }
    last
}
