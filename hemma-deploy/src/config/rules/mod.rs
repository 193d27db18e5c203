//! Rules about several values of a `hemma.toml` together.
//!
//! A rule looks at values that are in the file and well-formed. Its mistake is at the second of two
//! places and names the first.

mod derived;
mod env;
mod lists;

use std::collections::BTreeMap;

use super::document::{List, Node, Value};
use super::error::Problems;
use super::{Config, Surroundings};

/// Fills in what follows from the repository or from other values, where the file lacks it.
pub(super) fn derive(
    config: &mut Config,
    (tree, surroundings): (&Node, &Surroundings),
    problems: &mut Problems<'_>,
) {
    derived::from_surroundings(config, tree, surroundings);
    derived::project(config, (tree, surroundings), problems);
}

/// Notes each contradiction.
pub(super) fn check(config: &Config, tree: &Node, problems: &mut Problems<'_>) {
    let mut rules = Rules { config, tree, problems };
    rules.lists();
    rules.forwards();
    rules.stages();
    rules.reserved();
    rules.env();
    rules.target();
}

struct Rules<'r, 't> {
    config: &'r Config,
    tree: &'r Node,
    problems: &'r mut Problems<'t>,
}

impl<'r> Rules<'r, '_> {
    /// The list at these keys.
    fn list(&self, keys: &[&str]) -> Option<&'r List> {
        match &self.tree.below(keys)?.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The items of the list at these keys.
    fn items(&self, keys: &[&str]) -> &'r [Node] {
        self.list(keys).map_or(&[], |it| &it.items)
    }

    /// The values of one key in each of the tables of a list.
    fn column(&self, keys: &[&str], key: &str) -> Vec<&'r Node> {
        self.items(keys).iter().filter_map(|it| it.below(&[key])).collect()
    }

    fn say(&mut self, node: &Node, keys: &[&str], message: impl Into<String>) {
        self.problems.push(node.span.start, Some(keys.join(".")), message.into());
    }

    /// Checks that public names have a target. This comes last: another mistake may hide the key.
    fn target(&mut self) {
        if !self.problems.is_empty() || self.config.edge.has_target() {
            return;
        }
        if let Some(node) = self.tree.below(&["public"]).filter(|_| !self.config.public.is_empty())
        {
            let message = "hemma.toml does not say where these names should lead; add `host = \"…\"`, the \
                           server's own DNS name, or `addresses = [\"…\"]` to [edge]";
            self.say(node, &["public"], message);
        }
    }

    /// `; it is on line N`, or the words for a value that is not in the file.
    fn line_of(&self, node: Option<&Node>) -> String {
        match node {
            Some(node) => format!("line {}", self.problems.line(node.span.start)),
            None => "hemma's defaults".to_owned(),
        }
    }

    /// Checks that no two of these are equal. `what` says what they are.
    fn no_twice(&mut self, keys: &[&str], places: &[(String, &'r Node)], what: &str) {
        let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
        for (value, node) in places {
            if let Some(first) = seen.get(value.as_str()) {
                let line = self.line_of(Some(first));
                let message = format!("{what} `{value}` is there twice; the first is on {line}");
                self.say(node, keys, message);
            } else {
                seen.insert(value, node);
            }
        }
    }
}

/// Values with their places; none where they are not in the file.
fn placed<'r, T: ToString>(values: &[T], nodes: &[&'r Node]) -> Vec<(String, &'r Node)> {
    if values.len() != nodes.len() {
        return Vec::new();
    }
    values.iter().map(ToString::to_string).zip(nodes.iter().copied()).collect()
}
