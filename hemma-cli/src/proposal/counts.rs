//! The steps of a proposal by kind, counted.

use hemma_deploy::plan::Sign;

use super::kind::Kind;
use super::{Noun, Proposed};

/// The number of steps of one verb and one noun.
struct Count<'p> {
    kind: &'p Kind,
    sign: Sign,
    number: usize,
}

pub(super) fn summary(steps: &[Proposed]) -> String {
    let counts = counts(steps);
    let shown = |it: &Count<'_>| format!("{} to {}", it.kind.noun.amount(it.number), it.kind.verb);
    let mut parts: Vec<String> = counts.iter().map(shown).collect();
    let of_containers = |it: &&Count<'_>| it.kind.noun == Noun::CONTAINER;
    let mut containers = counts.iter().filter(of_containers).peekable();
    if containers.peek().is_some() && !containers.any(|it| it.sign == Sign::Remove) {
        parts.push("none to remove".to_owned());
    }
    parts.join(", ")
}

/// The counts for a question: several steps on one thing count once.
pub(super) fn short(steps: &[Proposed]) -> String {
    let mut sums: Vec<(Noun, usize)> = Vec::new();
    for Count { kind, number, .. } in counts(steps) {
        match sums.iter_mut().find(|it| it.0 == kind.brief) {
            Some(sum) => sum.1 += number,
            None => sums.push((kind.brief, number)),
        }
    }
    sums.iter().map(|(noun, number)| noun.amount(*number)).collect::<Vec<_>>().join(", ")
}

fn counts(steps: &[Proposed]) -> Vec<Count<'_>> {
    let mut counts: Vec<Count<'_>> = Vec::new();
    for Proposed { kind, sign, .. } in steps {
        match counts.iter_mut().find(|it| it.kind.is_same(kind)) {
            Some(count) => count.number += 1,
            None => counts.push(Count { kind, sign: *sign, number: 1 }),
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use hemma_core::names::{PgName, ServiceName};
    use hemma_deploy::plan::{Action, ContainerAction, Plan, Statement, Step};
    use hemma_postgres::databases;

    use super::*;
    use crate::Proposal;

    fn service(name: &str) -> ServiceName {
        name.parse().expect("a service")
    }

    fn statement(step: databases::Step) -> Action {
        Action::RunStatement(Statement { step, role: name("a") })
    }

    fn name(text: &str) -> PgName {
        text.parse().expect("a name")
    }

    #[test]
    fn each_kind_of_step_is_counted_by_its_own_noun() {
        let container = |action, name: &str| Action::Container(action, service(name));
        let commit = || "1f0c2a9".to_owned();
        let rows = [
            (
                vec![
                    Action::Pull("~/app".parse().expect("a directory")),
                    Action::Build(service("api")),
                    container(ContainerAction::Recreate, "api"),
                    container(ContainerAction::Create, "web"),
                ],
                "1 branch to pull, 1 image to build, 1 container to recreate, 1 container to \
                 create, none to remove",
                "1 pull, 1 build, 2 containers",
            ),
            (
                vec![
                    statement(databases::Step::CreateRole),
                    statement(databases::Step::CreateDatabase(name("a"))),
                    statement(databases::Step::CreateDatabase(name("b"))),
                    statement(databases::Step::AllowLogin),
                ],
                "1 role to create, 2 databases to create, 1 statement to run",
                "1 role, 2 databases, 1 statement",
            ),
            (
                vec![
                    Action::RestoreRelease(commit()),
                    Action::RestoreOverlay("own.yml".parse().expect("a file")),
                    Action::RestoreEnv,
                    container(ContainerAction::Remove, "web"),
                ],
                "1 release to restore, 1 overlay to restore, 1 file to restore, 1 container to \
                 remove",
                "1 release, 1 overlay, 1 file, 1 container",
            ),
            (vec![Action::Keep(commit())], "1 release to keep", "1 release"),
        ];
        for (actions, long, brief) in rows {
            let steps = actions.into_iter().map(|it| Step::new(it, "")).collect();
            let steps = Proposal::from(&Plan { steps }).steps;
            assert_eq!((summary(&steps).as_str(), short(&steps).as_str()), (long, brief));
        }
    }

    #[test]
    fn a_command_s_own_steps_are_counted_by_the_noun_that_it_gives() {
        let dump = |name: &str| Proposed::add("dump", "", "").of(Noun::DATABASE, name);
        let dumps = Proposal::default().step(dump("a")).step(dump("b"));
        assert_eq!(
            (summary(&dumps.steps).as_str(), &*short(&dumps.steps)),
            ("2 databases to dump", "2 databases")
        );
        let other = Proposal::default().step(Proposed::change("run", "x", ""));
        assert_eq!(
            (summary(&other.steps).as_str(), &*short(&other.steps)),
            ("1 step to run", "1 step")
        );
    }
}
