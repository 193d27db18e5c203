//! In which steps two plans differ.

use super::{Plan, Step};

/// What changed from the plan that was shown to the one that would be carried out now, a line a
/// step.
pub fn moved(shown: &Plan, now: &Plan) -> Vec<String> {
    let same = |a: &Step, b: &Step| a.action == b.action && a.subject == b.subject;
    let twin = |of: &Step, plan: &Plan| plan.steps.iter().find(|it| same(it, of)).cloned();
    let gone = shown.steps.iter().filter(|it| twin(it, now).is_none());
    let gone = gone.map(|it| format!("no longer: {it}"));
    let rest = now.steps.iter().filter_map(|it| match twin(it, shown) {
        None => Some(format!("now as well: {it}")),
        Some(before) if before != *it => {
            Some(format!("now otherwise: {it} (it was: {})", before.reason))
        }
        Some(_) => None,
    });
    gone.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Action;
    use super::*;

    #[test]
    fn what_went_came_and_changed_is_told() {
        let step = |action, subject: &str, reason: &str| Step::new(action, subject, reason);
        let same = || step(Action::Recreate, "redis", "it is old");
        let shown = vec![
            same(),
            step(Action::Pull, "~/apps", "111 one"),
            step(Action::Start, "api", "it is exited"),
        ];
        let now = vec![
            step(Action::Pull, "~/apps", "222 two (and 1 before it)"),
            same(),
            step(Action::Build, "api", "changed by 222 two"),
        ];
        assert_eq!(
            moved(&Plan { steps: shown }, &Plan { steps: now }),
            [
                "no longer: start api: it is exited",
                "now otherwise: pull ~/apps: 222 two (and 1 before it) (it was: 111 one)",
                "now as well: build api: changed by 222 two",
            ]
        );
    }
}
