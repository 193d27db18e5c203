//! What a section or a verb hands back, to be rendered.

use std::path::PathBuf;

use hemma_core::{Ended, Report, Verdict};
use serde::Serialize;

use crate::Exit;

/// What was found or done.
#[derive(Debug)]
pub enum Answer {
    /// What was looked at, after the changes if there were any.
    Report(Report),
    /// Nothing was changed; the proposal that was shown still stands.
    Pending,
    /// A text for people, the same as data for `--json`, and what it says about how things stand.
    Data(String, serde_json::Value, Verdict),
    /// A text for its own sake, and what it says about how things stand.
    Text(String, Verdict),
    /// A program of the operator's own ran to its end, and has said what there was to say.
    Ended(Ended),
}

impl Answer {
    /// A text that was asked for: a log, a schema, a completion script.
    pub fn text(text: String) -> Self {
        Self::Text(text, Verdict::Pass)
    }

    /// A text for people, and the same as data for `--json`.
    pub fn data(text: String, data: &impl serde::Serialize) -> Self {
        Self::Data(text, serde_json::to_value(data).unwrap_or_default(), Verdict::Pass)
    }

    /// There is nothing to look at or to do: `hemma.toml` does not name what the command is about.
    /// `why` says what it lacks.
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

/// What stays of a run over many texts that does not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// Texts whose vectors are finished.
    pub done: usize,
    /// All texts.
    pub total: usize,
    /// Where the finished vectors are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<PathBuf>,
    /// What would have been written at the end.
    pub unwritten: PathBuf,
}
