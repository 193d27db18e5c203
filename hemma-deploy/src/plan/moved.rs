//! The steps in which two plans differ.

use super::{Plan, Step};

/// The differences between the shown plan and the one that would be carried out now, one line for
/// each step.
pub fn moved(shown: &Plan, now: &Plan) -> Vec<String> {
    let twin =
        |of: &Step, plan: &Plan| plan.steps.iter().find(|it| it.action == of.action).cloned();
    let gone = shown.steps.iter().filter(|it| twin(it, now).is_none());
    let gone = gone.map(|it| format!("no longer: {it}"));
    let rest = now.steps.iter().filter_map(|it| match twin(it, shown) {
        None => Some(format!("new: {it}")),
        Some(before) if before != *it => Some(format!("changed: {it} (it was: {})", before.reason)),
        Some(_) => None,
    });
    gone.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use hemma_core::names::{CheckoutPath, ServiceName};

    use super::super::{Action, ContainerAction};
    use super::*;

    #[test]
    fn what_went_came_and_changed_is_told() {
        let service = |name: &str| name.parse::<ServiceName>().expect("a service");
        let apps: CheckoutPath = "~/apps".parse().expect("a directory");
        let pull = |reason: &str| Step::new(Action::Pull(apps.clone()), reason);
        let same = || Step::container(ContainerAction::Recreate, &service("redis"), "it is old");
        let start = Step::container(ContainerAction::Start, &service("api"), "it is exited");
        let shown = vec![same(), pull("111 one"), start];
        let build = Step::build(&service("api"), "changed by 222 two");
        let now = vec![pull("222 two (and 1 before it)"), same(), build];
        assert_eq!(
            moved(&Plan { steps: shown }, &Plan { steps: now }),
            [
                "no longer: start api: it is exited",
                "changed: pull ~/apps: 222 two (and 1 before it) (it was: 111 one)",
                "new: build api: changed by 222 two",
            ]
        );
    }
}
