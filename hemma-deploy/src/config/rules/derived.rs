//! Values that a file lacks, and that its repository or other values of the file supply.

use hemma_core::names::ProjectName;

use crate::config::document::{Node, Value};
use crate::config::error::Problems;
use crate::config::{Config, Derived, Surroundings};

/// Fills in the values of the repository where the file lacks them.
pub(super) fn from_surroundings(config: &mut Config, tree: &Node, surroundings: &Surroundings) {
    let lacks = |table: &str, key: &str| {
        tree.below(&[table, key]).is_none() && !was_wrong(tree, table, key)
    };
    if let Some(checkout) = surroundings.checkout().filter(|_| lacks("host", "checkout")) {
        config.host.checkout = checkout;
    }
    if lacks("compose", "files") {
        config.compose.files_are_guessed = Derived(surroundings.compose_files.is_empty());
        if !surroundings.compose_files.is_empty() {
            config.compose.files.clone_from(&surroundings.compose_files);
        }
    }
    config.env.template.clone_from(&surroundings.env_template);
    if let Some(branch) = surroundings.branch.clone().filter(|_| lacks("repository", "branch")) {
        config.repository.branch = branch;
    }
    if lacks("repository", "remote") {
        config.repository.remote.clone_from(&surroundings.remote);
    }
}

/// The name of the project, as Compose finds it: by the files, or else by the directory.
pub(super) fn project(
    config: &mut Config,
    (tree, surroundings): (&Node, &Surroundings),
    problems: &mut Problems<'_>,
) {
    let is_given = tree.below(&["compose", "project"]).is_some();
    config.compose.project_is_derived = Derived(!is_given);
    let checkout = tree.below(&["host", "checkout"]);
    if is_given || was_wrong(tree, "compose", "project") || was_wrong(tree, "host", "checkout") {
        return;
    }
    let has_own_files = tree.below(&["compose", "files"]).is_some();
    let named = surroundings.project.clone().filter(|_| !has_own_files);
    if let Some(name) = named.or_else(|| ProjectName::of_directory(&config.host.checkout)) {
        config.compose.project = name;
    } else {
        let message = "the name of this directory gives no project name for Compose; add `project \
                       = \"…\"` to [compose]";
        let at = checkout.map_or(0, |it| it.span.start);
        problems.push(at, Some("host.checkout".to_owned()), message.to_owned());
    }
}

fn was_wrong(tree: &Node, table: &str, key: &str) -> bool {
    let removed = |node: &Node, key: &str| match &node.value {
        Value::Table(table) => table.removed.iter().any(|it| it == key),
        _ => false,
    };
    removed(tree, table) || tree.below(&[table]).is_some_and(|it| removed(it, key))
}
