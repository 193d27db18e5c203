//! Rules about `.env` that contradict each other.

use std::collections::BTreeMap;

use hemma_core::names::EnvKey;

use super::{Rules, placed};
use crate::config::document::{Node, Value};

/// The place of each key; `None` for a key that is named by default.
type Named<'r> = BTreeMap<&'r str, Option<&'r Node>>;

impl<'r> Rules<'r, '_> {
    pub(super) fn env(&mut self) {
        let env = &self.config.env;
        let required = self.named("required", &env.required);
        let optional = self.named("optional", &env.optional);
        let refused = self.named("refused", &env.refused);
        self.apart(("refused", &refused), ("required", &required));
        self.apart(("optional", &optional), ("required", &required));
        self.apart(("refused", &refused), ("optional", &optional));
        self.sets("one_of", &env.one_of, 1, &refused);
        self.sets("equal", &env.equal, 2, &refused);
        self.values(&refused);
        self.placeholders();
        self.database(&refused);
        self.is_read();
    }

    /// Checks that Compose reads the file which the rules are about.
    fn is_read(&mut self) {
        let files = &self.config.compose.env_files;
        let is_listed = files.is_empty() || files.iter().any(|it| it.as_str() == ".env");
        if is_listed || !self.config.env.needs_file() {
            return;
        }
        let keys = &["compose", "env_files"];
        if let Some(node) = self.tree.below(keys) {
            let message = "[env] requires keys of `.env`, which Compose does not read unless it is in \
                           this list";
            self.say(node, keys, message);
        }
    }

    /// The keys of a list, after a check that none is in it twice.
    fn named(&mut self, list: &str, keys: &'r [EnvKey]) -> Named<'r> {
        let nodes: Vec<&Node> = self.items(&["env", list]).iter().collect();
        let places = placed(keys, &nodes);
        self.no_twice(&["env", list], &places, "the key");
        let place = |at: usize| places.get(at).map(|it| it.1);
        keys.iter().enumerate().map(|(at, key)| (key.as_str(), place(at))).collect()
    }

    /// Checks that no key is in both lists. The mistake is at the later place that is in the file.
    fn apart(&mut self, (one, keys): (&str, &Named<'r>), (other, others): (&str, &Named<'r>)) {
        for (key, node) in keys {
            let Some(second) = others.get(key) else { continue };
            let ((list, node), (first_list, first)) = match (*node, *second) {
                (Some(node), Some(second)) if node.span.start < second.span.start => {
                    ((other, second), (one, Some(node)))
                }
                (Some(node), second) => ((one, node), (other, second)),
                (None, Some(second)) => ((other, second), (one, None)),
                (None, None) => continue,
            };
            let line = self.line_of(first);
            let message = format!("the key `{key}` is in `env.{first_list}` as well: {line}");
            self.say(node, &["env", list], message);
        }
    }

    /// Checks sets of keys: large enough, each key once, and none that must not be set.
    fn sets(&mut self, list: &str, sets: &'r [Vec<EnvKey>], least: usize, refused: &Named<'r>) {
        for (set, node) in sets.iter().zip(self.items(&["env", list])) {
            if set.len() < least && node.is_whole() {
                let needed = if least == 1 { "one key" } else { "two keys" };
                self.say(node, &["env", list], format!("a set needs at least {needed}"));
            }
            let places = placed(set, &node.items().collect::<Vec<_>>());
            self.no_twice(&["env", list], &places, "the key");
            for (key, node) in &places {
                self.not_refused(&["env", list], (key, node), refused);
            }
        }
    }

    fn not_refused(&mut self, keys: &[&str], (key, node): (&str, &Node), refused: &Named<'r>) {
        if let Some(first) = refused.get(key) {
            let line = self.line_of(*first);
            let message = format!("the key `{key}` must not be set, says `env.refused`: {line}");
            self.say(node, keys, message);
        }
    }

    /// Checks allowed values: at least one, none twice, and none that is refused otherwise.
    fn values(&mut self, refused: &Named<'r>) {
        let keys = &["env", "values"];
        let Some(Value::Table(table)) = self.tree.below(keys).map(|it| &it.value) else { return };
        for entry in &table.entries {
            let Some((key, values)) = self.config.env.values.get_key_value(entry.key.as_str())
            else {
                continue;
            };
            let path = ["env", "values", entry.key.as_str()];
            if values.is_empty() && entry.node.is_whole() {
                self.say(&entry.node, &path, "the list is empty, so no value would be allowed");
            }
            let key_node = Node { span: entry.key_span.clone(), ..entry.node.clone() };
            self.not_refused(keys, (key, &key_node), refused);
            let places = placed(values, &entry.node.items().collect::<Vec<_>>());
            self.no_twice(&path, &places, "the value");
            for (value, node) in &places {
                self.value(&path, value, node);
            }
        }
    }

    fn value(&mut self, path: &[&str], value: &str, node: &Node) {
        if value.trim().is_empty() {
            self.say(node, path, "the value is empty; a key without a value is not looked at");
        } else if value.chars().any(|it| it.is_control() && it != '\n') {
            self.say(node, path, "the value holds a control character");
        } else if let Some(it) = self.config.env.placeholders.iter().find(|it| it.matches(value)) {
            let message =
                format!("the value `{value}` is a placeholder: `env.placeholders` has `{it}`");
            self.say(node, path, message);
        }
    }

    fn placeholders(&mut self) {
        let keys = &["env", "placeholders"];
        let values = &self.config.env.placeholders;
        let values: Vec<_> = values.iter().map(|it| it.to_lowercase()).collect();
        let nodes: Vec<&Node> = self.items(keys).iter().collect();
        self.no_twice(keys, &placed(&values, &nodes), "the placeholder");
    }

    /// Checks the keys that hold the database's role and password.
    fn database(&mut self, refused: &Named<'r>) {
        let (Some(database), tree) = (&self.config.database, self.tree) else { return };
        let password = &database.password_key;
        if let Some(node) = tree.below(&["database", "password_key"]) {
            self.not_refused(&["database", "password_key"], (password, node), refused);
        }
        let (Some(key), Some(node)) = (&database.role_key, tree.below(&["database", "role_key"]))
        else {
            return;
        };
        let keys = &["database", "role_key"];
        self.not_refused(keys, (key, node), refused);
        if key == password {
            let message = format!("`{key}` is `database.password_key` as well");
            self.say(node, keys, message);
        }
        let role = &database.role;
        let allowed = self.config.env.values.get(key);
        if allowed.is_some_and(|it| !it.iter().any(|it| *role == **it)) {
            let message =
                format!("`{key}` must be the role `{role}`, which `env.values` does not allow");
            self.say(node, keys, message);
        }
    }
}
