//! What would be done, before consent is asked for: the steps, and what the question says of them.

mod counts;

use hemma_deploy::plan::{Cause, Plan, Step};
use serde::Serialize;

pub(crate) use counts::kind as step_kind;

/// What would be done, in order. Shown before consent is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The steps.
    pub steps: Vec<Proposed>,
    /// What stops none of the steps and is new with them: said after them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The stages with all of their services, where there are any.
    #[serde(skip)]
    pub stages: Vec<(String, Vec<String>)>,
    /// What consent is asked for, without counts: `Deploy 1f0c2a9 to hemma (huleedu)`.
    #[serde(skip)]
    pub intent: Option<String>,
    /// What a step is done to where its own words do not say it: `key` and `keys`.
    #[serde(skip)]
    pub noun: Option<(&'static str, &'static str)>,
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

/// More names than these are counted in a question.
const NAMES_MAX: usize = 3;

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

    /// Says what consent is asked for: `Restart api on hemma (huleedu)`.
    #[must_use]
    pub fn to(self, intent: impl Into<String>) -> Self {
        Self { intent: Some(intent.into()), ..self }
    }

    /// Names what the steps are done to, for one and for several.
    #[must_use]
    pub fn of(self, one: &'static str, several: &'static str) -> Self {
        Self { noun: Some((one, several)), ..self }
    }

    /// Whether nothing would be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How much there is to do of each kind, in a line: `1 image to build, 2 containers to create`.
    pub fn summary(&self) -> String {
        counts::summary(self)
    }

    /// The question for consent, with what it is about and how much that is.
    pub fn question(&self, usual: &str) -> String {
        let intent = self.intent.as_deref().unwrap_or(usual);
        let counts = counts::short(self);
        let counts = if counts.is_empty() { counts } else { format!(": {counts}") };
        format!("{intent}{counts}. Go ahead?")
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
        let steps = plan.steps.iter().map(step).collect();
        Self { steps, ..Self::default() }.of("container", "containers")
    }
}

/// Names in a sentence, and how many there are more: `a, b, c and 4 more`.
pub(crate) fn named<S: AsRef<str>>(names: &[S]) -> String {
    listed(names, NAMES_MAX)
}

/// A commit as people name it.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// The first names, and how many there are more.
pub(crate) fn listed<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let join = |names: &[S]| names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        // To say that there is one more takes the room of its name.
        0 | 1 => join(names),
        more => format!("{} and {more} more", join(&names[..most])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_what_it_is_about_and_how_much_that_is() {
        let one = Proposal::default().step("set", "KEY", "").of("key", "keys");
        assert_eq!(one.question("Change hemma"), "Change hemma: 1 key. Go ahead?");
        let deploy = one.to("Deploy 1f0c2a9 to hemma (huleedu)").step("build", "api", "");
        let deploy = deploy.step("build", "web", "").step("recreate", "api", "");
        assert_eq!(
            deploy.question(""),
            "Deploy 1f0c2a9 to hemma (huleedu): 2 keys, 2 builds. Go ahead?"
        );
        assert_eq!(Proposal::default().to("End it").question(""), "End it. Go ahead?");
    }

    #[test]
    fn names_are_few_and_counted() {
        let rows = [(3, "1, 2, 3"), (4, "1, 2, 3, 4"), (5, "1, 2, 3 and 2 more")];
        for (count, shown) in rows {
            let names: Vec<_> = (1..=count).map(|it: i32| it.to_string()).collect();
            assert_eq!(named(&names), shown);
        }
    }
}
