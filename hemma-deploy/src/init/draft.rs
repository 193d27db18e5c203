//! The draft of a `hemma.toml`: tables of values with their sources.

use super::{Question, Source};

/// A draft.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The tables, in their order.
    pub tables: Vec<Table>,
    /// Tables that are right only once a question is answered; they are written as a comment.
    pub withheld: Vec<Table>,
    /// The values without a sound guess.
    pub questions: Vec<Question>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// What each service is taken for.
    pub roles: Vec<(String, Role)>,
}

/// A table of a `hemma.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name: `compose`, `services.web`.
    pub name: String,
    /// Whether it is one of a list (`[[public]]`).
    pub is_list: bool,
    /// Its values.
    pub values: Vec<Value>,
}

/// A value with its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The key.
    pub key: &'static str,
    /// The value.
    pub value: toml::Value,
    /// The source.
    pub source: Source,
}

/// What a service is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The public reaches it by a name.
    Public,
    /// It publishes a port.
    Published,
    /// It keeps data for others.
    Store,
    /// It runs once, to its end.
    Job,
    /// It goes on running, and only other services reach it.
    Worker,
    /// It is in a profile that is not live.
    Off,
}

impl Role {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Published => "publishes a port",
            Self::Store => "keeps data",
            Self::Job => "job",
            Self::Worker => "worker",
            Self::Off => "not deployed",
        }
    }
}

impl Value {
    pub(super) fn text(key: &'static str, value: &str, source: Source) -> Self {
        Self { key, value: value.into(), source }
    }

    pub(super) fn number(key: &'static str, value: u16, source: Source) -> Self {
        Self { key, value: i64::from(value).into(), source }
    }

    pub(super) fn list(
        key: &'static str,
        values: impl IntoIterator<Item = String>,
        source: Source,
    ) -> Self {
        let values = values.into_iter().map(toml::Value::String).collect();
        Self { key, value: toml::Value::Array(values), source }
    }
}

impl Draft {
    pub(super) fn ask(&mut self, question: Question) {
        self.questions.push(question);
    }

    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(super) fn table(&mut self, name: &str, values: Vec<Value>) {
        if !values.is_empty() {
            self.tables.push(Table { name: name.to_owned(), is_list: false, values });
        }
    }
}
