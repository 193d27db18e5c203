//! TOML layout for reviewers: a value that fits on one line gets one line.

use std::fmt::{self, Write as _};

use serde_json::Value;
use toml_writer::ToTomlKey;

/// The maximum length of a line that several values share.
const WIDTH: usize = 120;

/// The maximum length of a question's line. It is longer because questions are seldom reviewed.
const ASKED: usize = 200;

/// Writes the entries of a table; those that need a header of their own come last.
pub(super) fn table(
    text: &mut String,
    path: &str,
    entries: &[(&str, &Value)],
) -> Result<(), fmt::Error> {
    let mut below = Vec::new();
    for (name, value) in entries {
        let (name, line) = (name.to_toml_key(), inline(value)?);
        match value {
            _ if has_header(&name, value, &line)? => below.push((name, value)),
            Value::Array(items) if !fits(&name, &line) => list(text, &name, items)?,
            _ => writeln!(text, "{name} = {line}")?,
        }
    }
    for (name, value) in below {
        let path = if path.is_empty() { name } else { format!("{path}.{name}") };
        match value {
            Value::Array(items) => {
                for item in items {
                    section(text, &format!("[[{path}]]"), &path, item)?;
                }
            }
            value => section(text, &format!("[{path}]"), &path, value)?,
        }
    }
    Ok(())
}

/// Writes a table below its header.
pub(super) fn section(
    text: &mut String,
    header: &str,
    path: &str,
    value: &Value,
) -> Result<(), fmt::Error> {
    let entries = value.as_object().into_iter().flatten();
    let entries: Vec<_> = entries.map(|(name, value)| (name.as_str(), value)).collect();
    let mut below = String::new();
    table(&mut below, path, &entries)?;
    // The header of an inner table implies that of the outer one.
    if header.starts_with("[[") || !below.trim_start().starts_with('[') {
        let gap = if header.starts_with("[[") { "\n" } else { "" };
        writeln!(text, "{gap}{header}")?;
    }
    text.push_str(&below);
    Ok(())
}

/// Writes a list with one line per element; a list of plain values shares lines.
fn list(text: &mut String, name: &str, items: &[Value]) -> Result<(), fmt::Error> {
    writeln!(text, "{name} = [")?;
    let mut line = String::new();
    for item in items {
        let next = inline(item)?;
        let shares = !holds_others(item) && !next.contains('\n');
        let fits = shares && line.len() + next.len() + 6 <= WIDTH;
        if !fits && !line.is_empty() {
            writeln!(text, "   {line}")?;
            line.clear();
        }
        write!(line, " {next},")?;
        if !shares {
            writeln!(text, "   {line}")?;
            line.clear();
        }
    }
    if !line.is_empty() {
        writeln!(text, "   {line}")?;
    }
    writeln!(text, "]")
}

fn has_header(name: &str, value: &Value, line: &str) -> Result<bool, fmt::Error> {
    if fits(name, line) {
        return Ok(false);
    }
    match value {
        Value::Object(_) => Ok(true),
        Value::Array(items) if items.iter().all(Value::is_object) => {
            let rows: Result<Vec<_>, _> = items.iter().map(is_row).collect();
            Ok(rows?.contains(&false))
        }
        _ => Ok(false),
    }
}

/// Whether an element is readable on one line: it is short, or has no tables in it.
fn is_row(item: &Value) -> Result<bool, fmt::Error> {
    let line = inline(item)?;
    let flat = item.as_object().is_some_and(|it| !it.values().any(holds_others));
    Ok(fits("", &line) || (flat && !line.contains('\n')))
}

fn holds_others(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn fits(name: &str, line: &str) -> bool {
    let width = if name == "asked" { ASKED } else { WIDTH };
    name.len() + line.len() + 3 <= width && !line.contains('\n')
}

/// A value on one line, except for texts of several lines.
fn inline(value: &Value) -> Result<String, fmt::Error> {
    // A number that TOML cannot hold appears in no answer.
    toml::Value::try_from(value).map(|it| it.to_string()).map_err(|_| fmt::Error)
}
