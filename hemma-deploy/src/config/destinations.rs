//! `[destination.NAME]`: other values for the same application in another place.
//!
//! A destination is laid over the rest of the file key by key; any other value, lists included,
//! takes the place of what was there. All destinations are read each time, so that none has a
//! mistake that shows itself only on the day when it is needed.

use std::collections::BTreeMap;

use hemma_core::names::DestinationName;

use super::Config;
use super::document::{Entry, Node, Table, Value};
use super::error::Problems;

/// The key of the table that has them.
const KEY: &str = "destination";

/// The destinations of a file: each name with its table.
pub(super) struct Destinations(Vec<(DestinationName, Node)>);

impl Destinations {
    /// Takes the destinations out of the tree.
    pub(super) fn take(tree: &mut Node, problems: &mut Problems<'_>) -> Self {
        let mut found = Vec::new();
        let Value::Table(table) = &mut tree.value else { return Self(found) };
        let Some(at) = table.entries.iter().position(|it| it.key == KEY) else {
            return Self(found);
        };
        let Entry { node, .. } = table.entries.remove(at);
        let mut say = |node: &Node, key: &str, message: String| {
            problems.push(node.span.start, Some(key.to_owned()), message);
        };
        let Value::Table(table) = node.value else {
            say(&node, KEY, "each destination is a table of its own, `[destination.NAME]`".into());
            return Self(found);
        };
        for Entry { key, node, .. } in table.entries {
            let place = format!("{KEY}.{key}");
            match (key.parse::<DestinationName>(), &node.value) {
                (Err(error), _) => say(&node, &place, error.to_string()),
                (_, Value::Table(own)) if own.get(KEY).is_some() => {
                    say(&node, &place, "a destination has no destinations of its own".into());
                }
                (Ok(name), Value::Table(_)) => found.push((name, node)),
                (_, _) => say(&node, &place, format!("a table is needed, `[{place}]`")),
            }
        }
        Self(found)
    }

    /// The names.
    pub(super) fn names(&self) -> impl Iterator<Item = &DestinationName> {
        self.0.iter().map(|it| &it.0)
    }

    /// The settings of every destination, each read by `whole` from the tree with its values.
    pub(super) fn read(
        &self,
        base: &Node,
        problems: &mut Problems<'_>,
        whole: impl Fn(&mut Node, &mut Problems<'_>) -> Config,
    ) -> BTreeMap<DestinationName, Config> {
        let mut all: BTreeMap<DestinationName, Config> = BTreeMap::new();
        for (name, over) in &self.0 {
            let mut tree = base.clone();
            lay_over(&mut tree, over);
            let mut config = whole(&mut tree, problems);
            config.destination = Some(name.clone());
            let same = all.iter().find(|(_, it)| is_same_application(it, &config));
            if let Some((other, _)) = same {
                let message = format!(
                    "it is the application of the destination `{other}`, on the same host; give one \
                     of them another `host.alias`, or another `compose.project` and `host.checkout`"
                );
                problems.push(over.span.start, Some(format!("{KEY}.{name}")), message);
            }
            all.insert(name.clone(), config);
        }
        all
    }
}

/// Whether two destinations would deploy over each other.
fn is_same_application(one: &Config, other: &Config) -> bool {
    let is_same_host = one.host.is_named() && one.host.alias == other.host.alias;
    is_same_host
        && (one.compose.project == other.compose.project
            || one.host.checkout == other.host.checkout)
}

fn lay_over(node: &mut Node, over: &Node) {
    match (&mut node.value, &over.value) {
        (Value::Table(table), Value::Table(own)) => {
            for entry in &own.entries {
                lay_entry(table, entry);
            }
        }
        _ => *node = over.clone(),
    }
}

fn lay_entry(table: &mut Table, entry: &Entry) {
    match table.entries.iter_mut().find(|it| it.key == entry.key) {
        Some(below) => {
            lay_over(&mut below.node, &entry.node);
            below.key_span = entry.key_span.clone();
        }
        None => table.entries.push(entry.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{ConfigError, Surroundings};

    const FILE: &str = "[repository]\nbranch = \"main\"\n[edge]\nhost = \"shop.example\"\n\
        [[public]]\nname = \"shop.example\"\nservice = \"web\"\n\
        [destination.staging]\nhost = { alias = \"small\" }\n\
        [destination.staging.edge]\nhost = \"staging.example\"\n\
        [[destination.staging.public]]\nname = \"staging.example\"\nservice = \"web\"\n\
        [destination.production.host]\nalias = \"big\"\n";

    fn read(text: &str, name: Option<&str>) -> Result<Config, ConfigError> {
        let name = name.map(|it| it.parse().expect("a name"));
        let path = Path::new("hemma.toml");
        Config::parse_for(text, path, &Surroundings::default(), name.as_ref())
    }

    fn mistakes(text: &str) -> Vec<String> {
        let error = read(text, None).expect_err("it has a mistake");
        error.problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_destination_is_laid_over_the_file_key_by_key() {
        let staging = read(FILE, Some("staging")).expect("it is right");
        assert_eq!(staging.host.alias.as_str(), "small");
        assert_eq!(staging.repository.branch.as_str(), "main");
        assert_eq!(staging.public.len(), 1, "a list takes the place of the other");
        assert_eq!(staging.public[0].name.as_str(), "staging.example");
        assert_eq!(staging.destination, Some("staging".parse().expect("a name")));
        let production = read(FILE, Some("production")).expect("it is right");
        assert_eq!(production.public[0].name.as_str(), "shop.example");
        let neither = read(FILE, None).expect("it is right");
        assert!(!neither.host.is_named() && neither.destination.is_none());
    }

    #[test]
    fn one_that_is_not_in_the_file_is_named_with_those_that_are() {
        let rows = [
            (FILE, "stagign", "there is no `[destination.stagign]`; there are staging, production"),
            ("", "staging", "there is no `[destination.staging]`; there is none"),
        ];
        for (text, name, said) in rows {
            let error = read(text, Some(name)).expect_err("it is not there").to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_mistakes_of_every_destination_are_found_whichever_is_meant() {
        let rows = [
            ("destination = 7\n", "hemma.toml:1:15: destination: each destination is a table"),
            ("[destination]\nstaging = 7\n", "2:11: destination.staging: a table is needed"),
            ("[destination.\"a b\"]\n", "1:1: destination.a b: "),
            ("[destination.a.host]\nalias = 7\n", "2:9: host.alias: a text in quotes is needed"),
            (
                "[destination.a]\nhots = {}\n",
                "2:1: there is no key `hots` here; did you mean `host`?",
            ),
            ("[destination.a.destination.b]\n", "destination.a: a destination has no destinations"),
            (
                "[host]\nalias = \"far\"\n[destination.a]\n[destination.b.repository]\nbranch = \"x\"\n",
                "destination.b: it is the application of the destination `a`",
            ),
            (
                "[destination.a]\n[[destination.a.public]]\nname = \"a.example\"\nservice = \"web\"\n",
                "does not say where these names should lead",
            ),
        ];
        for (text, said) in rows {
            let found = mistakes(text);
            assert!(found.len() == 1 && found[0].contains(said), "{text}: {found:#?}");
        }
        let both = "[host]\nalias = 7\n[destination.a]\n[destination.b.compose]\nproject = \"b\"\n";
        assert_eq!(mistakes(both).len(), 1, "a mistake outside of them is said once");
    }

    #[test]
    fn what_only_the_chosen_one_completes_is_no_mistake() {
        let text = "[[public]]\nname = \"a.example\"\nservice = \"web\"\n\
            [destination.a.edge]\nhost = \"a.example\"\n";
        read(text, Some("a")).expect("it is complete");
        read(text, None).expect_err("without it no host is named");
    }
}
