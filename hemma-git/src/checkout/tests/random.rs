//! Random sets of files: tracked, untracked, ignored and incoming, with the same and other content.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::Place;
use crate::checkout::state::Relation;

/// Paths that are obstacles to each other.
const PATHS: [&str; 8] = ["a", "a/b", "a/c", "d/e", "d", "f.log", "g h", "d/k.log"];

/// The files at each path: in the checked-out commit, untracked, and in the incoming commit.
type Files = Vec<(usize, Option<u8>)>;

fn files() -> impl Strategy<Value = Files> {
    prop::collection::vec((0..PATHS.len(), prop::option::of(0..3_u8)), 0..5)
}

/// A script that writes files unless another one is in their way.
fn written(files: &Files) -> String {
    let line = |(path, content): &(usize, Option<u8>)| {
        let path = PATHS[*path];
        match content {
            None => format!("[ ! -f '{path}' ] || rm '{path}'\n"),
            Some(it) => format!(
                "mkdir -p \"$(dirname '{path}')\" 2>/dev/null && [ ! -d '{path}' ] && printf {it} >'{path}' 2>/dev/null || true\n"
            ),
        }
    };
    files.iter().map(line).collect()
}

/// git is asked as well: it refuses to overwrite files, except ignored and equal ones.
#[test]
fn it_is_refused_exactly_if_bytes_would_be_lost() {
    let cases = Config { cases: 16, failure_persistence: None, ..Config::default() };
    let rows = (files(), files(), files(), any::<bool>());
    TestRunner::new(cases)
        .run(&rows, |(first, beside, second, ignored)| {
            let place = Place::new();
            place.push(&format!("{}\necho 1 >z", written(&first)));
            place.sh("git clone -q remote.git checkout");
            let tip = place.push(&format!("rm -rf a d; {}\necho 2 >z", written(&second)));
            // Only untracked files are written.
            let beside: Vec<String> = beside
                .iter()
                .filter(|it| it.1.is_some())
                .map(|it| {
                    let known = format!("git ls-files --error-unmatch -- '{}'", PATHS[it.0]);
                    format!("{known} >/dev/null 2>&1 || {{ {} }}", written(&vec![*it]))
                })
                .collect();
            let beside = beside.join("\n");
            let ignore = if ignored { "echo '*.log' >.git/info/exclude" } else { "" };
            place.sh(&format!("cd checkout\n{ignore}\n{beside}"));
            let untracked = "cd checkout && git ls-files --others | sort";
            let names = place.sh(untracked);
            let contents = |names: &str| {
                let each =
                    names.lines().map(|it| std::fs::read(place.path("checkout").join(it)).ok());
                each.collect::<Vec<_>>()
            };
            let before = contents(&names);
            let seen = place.look();
            prop_assert_eq!(&seen.dirty, &[]);
            let incoming = seen.incoming.expect("the remote was asked");
            prop_assert_eq!(incoming.relation, Relation::Behind);
            let refuses = !incoming.in_the_way.is_empty() || incoming.refused.is_some();
            prop_assert!(incoming.refused.is_none(), "{:?}", incoming);
            let theirs = place.sh(&format!("cd checkout && git ls-tree -r --name-only {tip}"));
            let collides = |mine: &str, their: &str| {
                let content = || place.sh(&format!("cd checkout && git show {tip}:'{their}'"));
                let here = || place.read(&format!("checkout/{mine}"));
                let (above, below) = (format!("{mine}/"), format!("{their}/"));
                their.starts_with(&above)
                    || mine.starts_with(&below)
                    || (mine == their && here() != content())
            };
            let lost = names.lines().any(|mine| theirs.lines().any(|their| collides(mine, their)));
            prop_assert_eq!(refuses, lost, "{:?} of {} and {}", incoming.in_the_way, names, theirs);
            let head = place.sh("cd checkout && git rev-parse HEAD");
            let ran = place.pull(&tip);
            prop_assert_eq!(
                ran.exit,
                if refuses { 72 } else { 0 },
                "{:?} {}",
                incoming,
                ran.stderr
            );
            prop_assert_eq!(contents(&names), before, "a byte was lost");
            let now = place.sh("cd checkout && git rev-parse HEAD && git status --porcelain -uno");
            prop_assert_eq!(now, if refuses { head } else { tip });
            Ok(())
        })
        .expect("each of them");
}
