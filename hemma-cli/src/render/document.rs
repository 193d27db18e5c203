//! The JSON document of `--json`: one for each run, of the same shape for every command.

mod shape;

use hemma_core::{Hint, Report, Step, Verdict};
use hemma_deploy::config::{ConfigError, ConfigProblem};
use serde::Serialize;

use crate::speaker::Speaker;
use crate::{Answer, Exit, Failure, Proposal, Saved};

pub(crate) use shape::schema;

/// The version of the shape. It grows when a key changes its meaning or is removed, not when one is
/// added.
pub const SCHEMA: u32 = 2;

/// The document of a run. Empty keys are left out.
#[derive(Debug, Serialize)]
pub struct Document<'r> {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The exit code and its name.
    pub exit: ExitWords,
    /// The steps that would be or were done, if the command changes anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<&'r Proposal>,
    /// The changes that were made, in order, even if the run failed or was interrupted later.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<&'r str>,
    /// Warnings that did not make the run fail, such as a journal that lacks lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<&'r str>,
    /// The finished part of a run over many texts that did not come to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<&'r Saved>,
    /// The findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportWords>,
    /// The text of a command that gives one: a log, a schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'r str>,
    /// The data of a command that gives neither findings nor a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'r serde_json::Value>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorWords>,
    /// With `--verbose`: every question and change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<StepWords<'r>>>,
    /// With `--verbose`: how many ssh connections were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshakes: Option<usize>,
}

/// An exit code with its name.
#[derive(Debug, Serialize)]
pub struct ExitWords {
    /// The code.
    pub code: u8,
    /// The name, e.g. `NotAsPlanned`.
    pub name: Exit,
}

/// Findings with their common verdict.
#[derive(Debug, Serialize)]
pub struct ReportWords {
    /// The worst verdict.
    pub verdict: Verdict,
    /// The findings: `verdict`, `id`, `subject`, `detail`, and `evidence` and `hint` if there are
    /// any.
    #[serde(flatten)]
    pub report: Report,
}

/// An error with its causes.
#[derive(Debug, Serialize)]
pub struct ErrorWords {
    /// The error, then its causes, the last one last.
    pub chain: Vec<String>,
    /// The mistakes of `hemma.toml`, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<ConfigProblem>,
    /// Lines that show the cause.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// The hint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

/// One question or change.
#[derive(Debug, Serialize)]
pub struct StepWords<'r> {
    /// The kind.
    pub kind: &'r str,
    /// The question or change in one line.
    pub what: &'r str,
    /// The time it took.
    pub took_ms: u128,
    /// Whether it changed something.
    pub change: bool,
    /// Whether there was an answer.
    pub answered: bool,
}

impl<'r> Document<'r> {
    pub(crate) fn new(exit: Exit) -> Self {
        Self {
            schema: SCHEMA,
            exit: ExitWords { code: exit.code(), name: exit },
            plan: None,
            changed: Vec::new(),
            warnings: Vec::new(),
            saved: None,
            report: None,
            text: None,
            data: None,
            error: None,
            steps: None,
            handshakes: None,
        }
    }

    pub(crate) fn usage(words: &str) -> Self {
        // The paragraphs after the first repeat the usage, for people.
        let words = words.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
        let error = ErrorWords {
            chain: vec![words.to_owned()],
            mistakes: Vec::new(),
            evidence: Vec::new(),
            hint: None,
        };
        Self { error: Some(error), ..Self::new(Exit::Usage) }
    }

    #[must_use]
    pub(crate) fn result(
        mut self,
        result: Result<&'r Answer, &Failure>,
        speaker: &Speaker,
    ) -> Self {
        match result {
            Ok(Answer::Report(report)) => {
                let (verdict, report) = (report.verdict(), speaker.report(report));
                self.report = Some(ReportWords { verdict, report });
            }
            Ok(Answer::Data(_, data, _)) => self.data = Some(data),
            Ok(Answer::Text(text, _)) => self.text = Some(text),
            Ok(Answer::Pending | Answer::Ended(_)) => {}
            Err(failure) => self.error = Some(ErrorWords::of(failure, speaker)),
        }
        self
    }

    #[must_use]
    pub(crate) fn verbose(mut self, steps: &'r [Step], handshakes: usize) -> Self {
        self.steps = Some(steps.iter().map(StepWords::from).collect());
        self.handshakes = Some(handshakes);
        self
    }

    /// One line of JSON.
    pub(crate) fn to_line(&self) -> String {
        // Only a map with keys that are not strings fails, and no document has one.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

impl ErrorWords {
    fn of(failure: &Failure, speaker: &Speaker) -> Self {
        let chain = failure.chain().map(|it| speaker.text(&it.to_string())).collect();
        let hint = failure.advice().map(|it| speaker.hint(it));
        let mistakes = failure.chain().find_map(|it| it.downcast_ref::<ConfigError>());
        let mistakes = mistakes.map(|it| it.problems().to_vec()).unwrap_or_default();
        Self { chain, mistakes, evidence: failure.evidence().to_vec(), hint }
    }
}

impl<'r> From<&'r Step> for StepWords<'r> {
    fn from(step: &'r Step) -> Self {
        Self {
            kind: step.kind,
            what: &step.what,
            took_ms: step.took.as_millis(),
            change: step.change,
            answered: step.answered,
        }
    }
}
