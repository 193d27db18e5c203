//! The name of the compose project where the file gives none.

use hemma_core::names::ProjectName;

use crate::Config;
use crate::config::Derived;
use crate::config::document::Node;
use crate::config::error::Problems;

/// As Compose itself does where no file has a `name:`, by the directory.
pub(super) fn derive(config: &mut Config, tree: &Node, problems: &mut Problems<'_>) {
    let is_given = tree.below(&["compose", "project"]).is_some();
    config.compose.project_is_derived = Derived(!is_given);
    let checkout = tree.below(&["host", "checkout"]);
    if is_given || was_wrong(tree, "compose", "project") || was_wrong(tree, "host", "checkout") {
        return;
    }
    if let Some(name) = ProjectName::of_directory(&config.host.checkout) {
        config.compose.project = name;
    } else {
        let message = "Compose makes no project name of this directory's; \
                       add `project = \"…\"` to [compose]";
        let at = checkout.map_or(0, |it| it.span.start);
        problems.push(at, Some("host.checkout".to_owned()), message.to_owned());
    }
}

fn was_wrong(tree: &Node, table: &str, key: &str) -> bool {
    use crate::config::document::Value;
    let removed = |node: &Node, key: &str| match &node.value {
        Value::Table(table) => table.removed.iter().any(|it| it == key),
        _ => false,
    };
    removed(tree, table) || tree.below(&[table]).is_some_and(|it| removed(it, key))
}
