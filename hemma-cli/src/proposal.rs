//! The proposal, before consent is asked for: the steps, and the question.

mod counts;
mod kind;
mod proposed;

use std::borrow::Borrow;

use hemma_deploy::plan::Plan;
use serde::Serialize;

pub use kind::Noun;
pub use proposed::Proposed;

/// The steps that would be done, in order. They are shown before consent is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The steps.
    pub steps: Vec<Proposed>,
    /// Remarks that stop none of the steps and are new with them; they come last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The stages with all of their services, if there are any.
    #[serde(skip)]
    pub stages: Vec<(String, Vec<String>)>,
    /// The intent for the question, without counts: `Deploy 1f0c2a9 to far (shop)`.
    #[serde(skip)]
    pub intent: Option<String>,
}

/// The number of names up to which a question names all.
const NAMES_MAX: usize = 3;

impl Proposal {
    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: Proposed) -> Self {
        self.steps.push(step);
        self
    }

    /// Sets the intent: `Restart api on far (shop)`.
    #[must_use]
    pub fn to(self, intent: impl Into<String>) -> Self {
        Self { intent: Some(intent.into()), ..self }
    }

    /// Whether there are no steps.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The counts of all kinds, in a line: `1 image to build, 2 containers to create`.
    pub fn summary(&self) -> String {
        counts::summary(&self.steps)
    }

    /// The question for consent, with the intent and the counts.
    pub fn question(&self, usual: &str) -> String {
        let intent = self.intent.as_deref().unwrap_or(usual);
        let counts = counts::short(&self.steps);
        let counts = if counts.is_empty() { counts } else { format!(": {counts}") };
        format!("{intent}{counts}. Go ahead?")
    }
}

impl From<&Plan> for Proposal {
    fn from(plan: &Plan) -> Self {
        Self { steps: plan.steps.iter().map(Proposed::from).collect(), ..Self::default() }
    }
}

/// Names in a sentence, with the number of further ones: `a, b, c and 4 more`.
pub(crate) fn named<S: Borrow<str>>(names: &[S]) -> String {
    listed(names, NAMES_MAX)
}

/// The short form of a commit.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// The first names, and the number of further ones.
pub(crate) fn listed<S: Borrow<str>>(names: &[S], most: usize) -> String {
    let join = |names: &[S]| names.iter().map(Borrow::borrow).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        // "and 1 more" takes as much room as the name.
        0 | 1 => join(names),
        more => format!("{} and {more} more", join(&names[..most])),
    }
}

#[cfg(test)]
mod tests {
    use hemma_core::names::ServiceName;
    use hemma_deploy::plan::{ContainerAction, Step};

    use super::*;

    #[test]
    fn a_question_names_what_it_is_about_and_how_much_that_is() {
        let key = || Proposed::change("set", "KEY", "").of(Noun::KEY, "KEY");
        let service = |name: &str| name.parse::<ServiceName>().expect("a service");
        let build = |name| Proposed::from(&Step::build(&service(name), ""));
        let one = Proposal::default().step(key());
        assert_eq!(one.question("Change hemma"), "Change hemma: 1 key. Go ahead?");
        let recreate = Step::container(ContainerAction::Recreate, &service("api"), "");
        let deploy = one.to("Deploy 1f0c2a9 to hemma (huleedu)").step(build("api"));
        let deploy = deploy.step(build("web")).step(Proposed::from(&recreate));
        assert_eq!(
            deploy.question(""),
            "Deploy 1f0c2a9 to hemma (huleedu): 1 key, 2 builds, 1 container. Go ahead?"
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
