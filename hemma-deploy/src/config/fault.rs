//! Why a value of a `hemma.toml` is a mistake, in words for the person who wrote it.

use std::fmt;

use hemma_core::Suggestions;
use serde::de::{Error, Expected, Unexpected};
use serde_json::Value;

use super::Config;
use super::document::{Span, Step};

/// A mistake and its place. The path is put together from the inside out.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) path: Vec<Step>,
    pub(super) span: Option<Span>,
    pub(super) message: String,
    pub(super) about: About,
}

/// The thing that a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The value at the end of the path.
    Value,
    /// The key at the end of the path.
    Key,
    /// A key that the table at the end of the path lacks.
    Lacking(&'static str),
}

impl Fault {
    fn new(message: String) -> Self {
        Self { path: Vec::new(), span: None, message, about: About::Value }
    }

    pub(super) fn needs(what: &str, found: &str) -> Self {
        Self::new(format!("{what} is needed here, and this is {found}"))
    }

    /// The fault as seen from the table or list around it.
    pub(super) fn within(mut self, step: Step, span: &Span) -> Self {
        self.path.insert(0, step);
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    /// The fault as seen from the table that has this key.
    pub(super) fn of_key(self, key: &str, span: &Span) -> Self {
        Self { about: About::Key, ..self.within(Step::Key(key.to_owned()), span) }
    }

    /// The keys of the path, for a reader: without a key that is the mistake itself.
    pub(super) fn key(&self) -> Option<String> {
        let shown = self.path.len() - usize::from(self.about == About::Key);
        let keys = self.path[..shown].iter().filter_map(|it| match it {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        Some(keys.collect::<Vec<_>>().join(".")).filter(|it| !it.is_empty())
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The kind of the unexpected value. Its text is not repeated: it may be a secret in the wrong
/// place.
fn found(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(it) => format!("`{it}`"),
        Unexpected::Unsigned(it) => format!("the number {it}"),
        Unexpected::Signed(it) => format!("the number {it}"),
        Unexpected::Float(_) => "a number with a point".into(),
        Unexpected::Str(_) | Unexpected::Char(_) | Unexpected::Bytes(_) => {
            "a text in quotes".into()
        }
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a table".into(),
        other => other.to_string(),
    }
}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("{expected}, and this is {}", found(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("`{}` is not known here; {}", shown(variant), choice(variant, expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let mut message =
            format!("there is no key `{}` here; {}", shown(field), choice(field, expected));
        if Suggestions::new(field, expected.iter().copied()).nearest().is_none() {
            message.push_str(&elsewhere(field));
        }
        Self::new(message)
    }

    fn missing_field(field: &'static str) -> Self {
        let about = About::Lacking(field);
        Self { about, ..Self::new(format!("the key `{field}` is missing here")) }
    }
}

/// The allowed words; the one that may have been meant comes first.
fn choice(asked: &str, expected: &[&str]) -> String {
    let known = Suggestions::new(asked, expected.iter().copied());
    match (known.nearest(), expected) {
        (Some(nearest), _) => format!("did you mean `{nearest}`?"),
        (None, [only]) => format!("only `{only}` is allowed"),
        (None, _) => format!("allowed are {}", expected.join(", ")),
    }
}

/// The tables that have this key, when it is in the wrong one.
fn elsewhere(key: &str) -> String {
    const TABLES_MAX: usize = 2;
    let schema = Config::schema();
    let of = |reference: &Value| {
        let name = reference.as_str()?.strip_prefix("#/$defs/")?;
        schema["$defs"][name]["properties"].get(key)
    };
    let tables = schema["properties"].as_object().into_iter().flatten();
    let tables: Vec<String> = tables
        .filter_map(|(table, it)| {
            let own = if it["$ref"].is_string() { &it["$ref"] } else { &it["anyOf"][0]["$ref"] };
            let single = of(own).map(|_| format!("[{table}]"));
            single.or_else(|| of(&it["items"]["$ref"]).map(|_| format!("[[{table}]]")))
        })
        .collect();
    if tables.is_empty() || tables.len() > TABLES_MAX {
        return String::new();
    }
    format!("; `{key}` belongs in {}", tables.join(" or "))
}

pub(super) fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    let mut shown: String = text.chars().take(CHARS_MAX).flat_map(char::escape_debug).collect();
    if text.chars().nth(CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}
