//! The results of looks, in words that a person and a program can both read.

use serde::{Deserialize, Serialize};

use crate::{Classified, ErrorClass, FindingId, Hint, OperatorError, RemedySet, Verdict};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// The id of what was found. It is empty in a recording from before findings had ids.
    #[serde(default, skip_serializing_if = "FindingId::is_empty")]
    pub id: FindingId,
    /// The thing that was looked at, e.g. `network proxy`.
    pub subject: String,
    /// The observed state, or why it is not known.
    pub detail: String,
    /// Further lines of evidence, e.g. the end of a log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// The next thing to try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

impl Finding {
    /// A finding with the verdict `Pass`.
    pub fn pass(id: FindingId, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, id, subject, detail)
    }

    /// A finding with the verdict `Fail`.
    pub fn fail(id: FindingId, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, id, subject, detail)
    }

    /// A finding with the verdict `Unknown`; its detail is `error` with its causes.
    pub fn unknown(
        id: FindingId,
        subject: impl Into<String>,
        error: &dyn std::error::Error,
    ) -> Self {
        Self::unseen(id, subject, causes(error))
    }

    /// An error as a finding: `Fail` or `Unknown` by its class, with its causes, its evidence and
    /// the next thing to try.
    pub fn of_error(id: FindingId, subject: impl Into<String>, error: &impl OperatorError) -> Self {
        let Classified { class, advice } = error.classify();
        let verdict = match class {
            ErrorClass::NotAsPlanned | ErrorClass::Usage => Verdict::Fail,
            ErrorClass::Unknown => Verdict::Unknown,
        };
        Self::new(verdict, id, subject, causes(error))
            .evidence(error.evidence())
            .hint(advice.hint())
    }

    /// A finding with the verdict `Unknown` for a reason that is not an error.
    pub fn unseen(id: FindingId, subject: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, id, subject, why)
    }

    fn new(
        verdict: Verdict,
        id: FindingId,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let (subject, detail) = (subject.into(), detail.into());
        Self { verdict, id, subject, detail, evidence: Vec::new(), hint: None }
    }

    /// Adds the next thing to try, if there is one.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Option<Hint>>) -> Self {
        self.hint = hint.into().or(self.hint);
        self
    }

    /// Adds the next thing to try, as a remedy of the crate that made the finding.
    #[must_use]
    pub fn remedy(self, remedy: impl RemedySet) -> Self {
        self.hint(Hint::from(remedy))
    }

    /// Adds lines of evidence.
    #[must_use]
    pub fn evidence(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.evidence.extend(lines.into_iter().map(Into::into));
        self
    }
}

/// Findings in the order of the runbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The worst verdict. A report without findings is `Unknown`.
    ///
    /// `Fail` outranks `Unknown` here, because the operator can act on it.
    pub fn verdict(&self) -> Verdict {
        let has = |verdict| self.findings.iter().any(|it| it.verdict == verdict);
        if has(Verdict::Fail) {
            Verdict::Fail
        } else if has(Verdict::Unknown) || self.findings.is_empty() {
            Verdict::Unknown
        } else {
            Verdict::Pass
        }
    }

    /// The findings that are not `Pass`.
    pub fn problems(self) -> impl Iterator<Item = Finding> {
        self.findings.into_iter().filter(|it| it.verdict != Verdict::Pass)
    }

    /// Adds one finding.
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Extend<Finding> for Report {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        self.findings.extend(findings);
    }
}

impl FromIterator<Finding> for Report {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        Self { findings: findings.into_iter().collect() }
    }
}

/// An error and its sources in one line: `could not reach hemma: the host refused …`.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        line.push_str(": ");
        line.push_str(&source.to_string());
        next = source.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_verdict_wins_and_no_look_is_no_pass() {
        let [pass, fail] = [
            Finding::pass(FindingId::default(), "a", ""),
            Finding::fail(FindingId::default(), "b", ""),
        ];
        let unknown = Finding::unknown(FindingId::default(), "c", &std::fmt::Error);
        let rows = [
            (vec![], Verdict::Unknown),
            (vec![pass.clone()], Verdict::Pass),
            (vec![pass.clone(), unknown.clone()], Verdict::Unknown),
            (vec![unknown, fail, pass], Verdict::Fail),
        ];
        for (findings, verdict) in rows {
            assert_eq!(findings.into_iter().collect::<Report>().verdict(), verdict);
        }
    }
}
