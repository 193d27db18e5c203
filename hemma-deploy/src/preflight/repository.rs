//! Rules about the repository itself: the project's name, and files that git keeps elsewhere.

use hemma_core::{Finding, Hint};

use super::Sources;
use crate::config::ComposeConfig;
use crate::ids;

/// The finding that the files have another project name. A stack that was brought up by hand has
/// the files' name, so a deploy under another name would bring up a second stack.
pub(super) fn project(compose: &ComposeConfig, seen: &Sources) -> Option<Finding> {
    let (spot, name) = seen.project.as_ref()?;
    let ours = compose.project.as_str();
    if !compose.project_is_derived.0 || name == ours {
        return None;
    }
    let detail = format!(
        "the compose files call it `{name}`, and hemma.toml does not name it: it would be `{ours}`, \
         after the directory of the checkout"
    );
    let hint = format!("add `project = \"…\"` to [compose] in hemma.toml: `{name}`, or `{ours}`");
    Some(
        Finding::fail(ids::COMPOSE_PROJECT_AMBIGUOUS, "compose project", detail)
            .evidence([spot.to_string()])
            .hint(Hint::Do(hint)),
    )
}

/// Files that are a part of the repository and that a pull does not bring.
pub(super) fn not_in_git(seen: &Sources) -> Vec<String> {
    let submodule = |(path, is_there): (&String, &bool)| {
        if *is_there {
            format!("{path} is a git submodule: it stays at the commit that the host has of it")
        } else {
            format!(
                "{path} is a git submodule and empty on the host: a pull does not fetch it, and a build \
                 or mount that needs it fails"
            )
        }
    };
    let mut notes: Vec<String> = seen.submodules.iter().map(submodule).collect();
    match &seen.lfs_pointers[..] {
        [] => {}
        [one] => notes.push(format!("{one} is a pointer of Git LFS on the host, and not the file")),
        [first, others @ ..] => notes.push(format!(
            "{first} and {} other files are pointers of Git LFS on the host, and not the files",
            others.len()
        )),
    }
    notes
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::Spot;

    use super::*;
    use crate::config::Derived;

    #[test]
    fn the_name_in_the_compose_files_is_asked_for_where_hemma_toml_has_none() {
        let named = |name: &str| Sources {
            project: Some((Spot { file: "compose.yml".to_owned(), line: 1 }, name.to_owned())),
            ..Sources::default()
        };
        let compose = |is_derived| ComposeConfig {
            project: "shop-v2".parse().expect("a name"),
            project_is_derived: Derived(is_derived),
            ..ComposeConfig::default()
        };
        let found = project(&compose(true), &named("shop")).expect("they differ");
        assert_eq!(
            found.detail,
            "the compose files call it `shop`, and hemma.toml does not name it: it would be \
             `shop-v2`, after the directory of the checkout"
        );
        assert_eq!(found.evidence, ["compose.yml:1"]);
        assert_eq!(project(&compose(true), &named("shop-v2")), None);
        assert_eq!(project(&compose(false), &named("shop")), None);
        assert_eq!(project(&compose(true), &Sources::default()), None);
    }

    #[test]
    fn what_a_pull_does_not_bring_is_named() {
        let seen = Sources {
            submodules: [("vendor/one".to_owned(), true), ("vendor/two".to_owned(), false)].into(),
            lfs_pointers: ["a.bin", "b.bin", "c.bin"].map(str::to_owned).into(),
            ..Sources::default()
        };
        let notes = not_in_git(&seen);
        assert_eq!(
            notes[0],
            "vendor/one is a git submodule: it stays at the commit that the host has of it"
        );
        assert!(notes[1].starts_with("vendor/two is a git submodule and empty on the host"));
        assert_eq!(
            notes[2],
            "a.bin and 2 other files are pointers of Git LFS on the host, and not the files"
        );
        assert!(not_in_git(&Sources::default()).is_empty());
    }
}
