//! The answer of a section or a verb, to be rendered.

use std::path::PathBuf;

use hemma_core::{Ended, Report, Verdict};
use serde::Serialize;

use crate::Exit;

/// The answer of a command.
#[derive(Debug)]
pub enum Answer {
    /// The findings, seen after the changes if there were any.
    Report(Report),
    /// Nothing was changed; the shown proposal is still pending.
    Pending,
    /// A text for people, the data for `--json`, and the verdict.
    Data(String, serde_json::Value, Verdict),
    /// A text that was asked for, and the verdict.
    Text(String, Verdict),
    /// A program of the operator's own ended, and has printed its own output.
    Ended(Ended),
}

impl Answer {
    /// A text that was asked for: a log, a schema, a completion script.
    pub fn text(text: String) -> Self {
        Self::Text(text, Verdict::Pass)
    }

    /// A text for people, and the data for `--json`.
    pub fn data(text: String, data: &impl serde::Serialize) -> Self {
        Self::Data(text, serde_json::to_value(data).unwrap_or_default(), Verdict::Pass)
    }

    /// The answer of a command whose subject `hemma.toml` does not name: nothing to look at or to
    /// do. `why` says what is missing.
    pub fn not_applicable(why: &str) -> Self {
        Self::text(format!("not applicable: {why}\n"))
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Report(report) => report.verdict().into(),
            Self::Pending => Exit::Pending,
            Self::Data(_, _, verdict) | Self::Text(_, verdict) => (*verdict).into(),
            Self::Ended(ended) => Exit::Program(ended.code()),
        }
    }
}

/// The finished part of a run over many texts that did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// The number of texts whose vectors are finished.
    pub done: usize,
    /// The number of all texts.
    pub total: usize,
    /// The directory of the finished vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<PathBuf>,
    /// The file that would have been written at the end.
    pub unwritten: PathBuf,
}
