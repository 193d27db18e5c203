//! The steps of a proposal by kind, counted.

use super::{Proposal, Proposed};

/// What is done, to what, how often.
struct Count {
    verb: String,
    one: String,
    several: String,
    number: usize,
}

/// Nouns that a subject begins with: `database huleedu_nlp`.
const NOUNS: [(&str, &str); 6] = [
    ("database", "databases"),
    ("image", "images"),
    ("forward", "forwards"),
    ("network", "networks"),
    ("overlay", "overlays"),
    ("file", "files"),
];

const OF_CONTAINERS: (&str, &str) = ("container", "containers");

pub(super) fn summary(proposal: &Proposal) -> String {
    let counts = counts(proposal);
    let shown = |it: &Count| format!("{} to {}", amount(it.number, &it.one, &it.several), it.verb);
    let mut parts: Vec<String> = counts.iter().map(shown).collect();
    let of_containers = |it: &&Count| it.one == OF_CONTAINERS.0;
    let mut containers = counts.iter().filter(of_containers).peekable();
    if containers.peek().is_some() && !containers.any(|it| it.verb == "remove") {
        parts.push("none to remove".to_owned());
    }
    parts.join(", ")
}

/// The same for a question: what is done to one thing in several ways is one number.
pub(super) fn short(proposal: &Proposal) -> String {
    let mut sums: Vec<(String, String, usize)> = Vec::new();
    for Count { verb, one, several, number } in counts(proposal) {
        let (one, several) = match verb.as_str() {
            "build" | "pull" | "clone" => (verb.clone(), format!("{verb}s")),
            _ => (one, several),
        };
        match sums.iter_mut().find(|it| it.0 == one) {
            Some(sum) => sum.2 += number,
            None => sums.push((one, several, number)),
        }
    }
    let parts = sums.iter().map(|(one, several, number)| amount(*number, one, several));
    parts.collect::<Vec<_>>().join(", ")
}

fn amount(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

fn counts(proposal: &Proposal) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for step in &proposal.steps {
        let (verb, one, several) = kind(step, proposal.noun);
        match counts.iter_mut().find(|it| (it.verb.as_str(), it.one.as_str()) == (verb, one)) {
            Some(count) => count.number += 1,
            None => counts.push(Count {
                verb: verb.to_owned(),
                one: one.to_owned(),
                several: several.to_owned(),
                number: 1,
            }),
        }
    }
    counts
}

/// The verb, and the noun for one and for several.
pub(crate) fn kind<'s>(
    step: &'s Proposed,
    noun: Option<(&'static str, &'static str)>,
) -> (&'s str, &'static str, &'static str) {
    let action = step.action.as_str();
    match action {
        "clone" => (action, "repository", "repositories"),
        "pull" => (action, "branch", "branches"),
        "create network" => ("create", "network", "networks"),
        "build" => (action, "image", "images"),
        "keep" => (action, "release", "releases"),
        "discard" => (action, "leftover container", "leftover containers"),
        "run" if step.subject.starts_with("CREATE ROLE ") => ("create", "role", "roles"),
        "run" if step.subject.starts_with("CREATE DATABASE ") => {
            ("create", "database", "databases")
        }
        "run" => (action, "statement", "statements"),
        _ => {
            let begins = |it: &&(&str, &str)| {
                step.subject.strip_prefix(it.0).is_some_and(|it| it.starts_with(' '))
            };
            let found = NOUNS.iter().find(begins).copied();
            let usual =
                if action == "restore" { ("release", "releases") } else { ("step", "steps") };
            let noun = noun.filter(|_| action != "restore").unwrap_or(usual);
            let (one, several) = found.unwrap_or(noun);
            (action, one, several)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_step_is_counted_by_its_own_noun() {
        type Row<'r> = (&'r [(&'r str, &'r str)], &'r str, &'r str);
        let plan = |rows: &[(&str, &str)]| {
            let steps = rows.iter().fold(Proposal::default(), |all, it| all.step(it.0, it.1, ""));
            steps.of(OF_CONTAINERS.0, OF_CONTAINERS.1)
        };
        let rows: [Row<'_>; 5] = [
            (
                &[("pull", "~/app"), ("build", "api"), ("recreate", "api"), ("create", "web")],
                "1 branch to pull, 1 image to build, 1 container to recreate, 1 container to \
                 create, none to remove",
                "1 pull, 1 build, 2 containers",
            ),
            (
                &[
                    ("run", "CREATE ROLE \"a\" LOGIN;"),
                    ("run", "CREATE DATABASE \"a\" OWNER \"a\";"),
                    ("run", "CREATE DATABASE \"b\" OWNER \"a\";"),
                    ("run", "ALTER ROLE \"a\" LOGIN;"),
                ],
                "1 role to create, 2 databases to create, 1 statement to run",
                "1 role, 2 databases, 1 statement",
            ),
            (
                &[("restore", "1f0c2a9"), ("restore", "overlay own.yml"), ("remove", "web")],
                "1 release to restore, 1 overlay to restore, 1 container to remove",
                "1 release, 1 overlay, 1 container",
            ),
            (
                &[("dump", "database a"), ("dump", "database b")],
                "2 databases to dump",
                "2 databases",
            ),
            (&[("keep", "1f0c2a9")], "1 release to keep", "1 release"),
        ];
        for (steps, long, brief) in rows {
            let plan = plan(steps);
            assert_eq!((summary(&plan).as_str(), short(&plan).as_str()), (long, brief));
        }
    }
}
