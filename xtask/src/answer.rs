//! What a section or a verb hands back, to be rendered.

use std::path::PathBuf;

use hemma_core::{Ended, Report, Verdict};
use hemma_docker::plan::{Cause, Plan, Step};
use serde::Serialize;

use crate::Exit;

/// What was found or done.
#[derive(Debug)]
pub enum Answer {
    /// What was looked at, after the changes if there were any.
    Report(Report),
    /// Nothing was changed; the proposal that was shown still stands.
    Pending,
    /// A text for people, and the same as data for `--json`.
    Data(String, serde_json::Value),
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

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Report(report) => report.verdict().into(),
            Self::Pending => Exit::Pending,
            Self::Data(..) => Exit::AsPlanned,
            Self::Text(_, verdict) => (*verdict).into(),
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

/// What would be done, in order. Shown before consent is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The steps.
    pub steps: Vec<Proposed>,
}

/// One step that would be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// A verb: `create`, `recreate`, `remove`.
    pub action: String,
    /// What it would be done to.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The stage in which it is done, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// What the reason rests on: `parts` of the configuration, `files`, `commits`.
    #[serde(flatten)]
    pub cause: Cause,
}

impl Proposal {
    /// Adds a step.
    #[must_use]
    pub fn step(
        mut self,
        action: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        let (action, subject, reason) = (action.into(), subject.into(), reason.into());
        self.steps.push(Proposed { action, subject, reason, stage: None, cause: Cause::default() });
        self
    }

    /// Whether nothing would be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl From<&Plan> for Proposal {
    fn from(plan: &Plan) -> Self {
        let step = |it: &Step| Proposed {
            action: it.action.word().to_owned(),
            subject: it.subject.clone(),
            reason: it.reason.clone(),
            stage: it.stage.clone(),
            cause: it.cause.clone(),
        };
        Self { steps: plan.steps.iter().map(step).collect() }
    }
}
