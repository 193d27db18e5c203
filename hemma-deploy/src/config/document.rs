//! A `hemma.toml` as a tree in which every value and key has its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A place in the file, in bytes from its beginning.
pub(super) type Span = Range<usize>;

/// A step from a table or list to one of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    /// An integer that does not fit into 64 bits.
    Huge,
    Real(f64),
    Truth(bool),
    Moment,
    List(List),
    Table(Table),
}

/// A list, and how many mistaken items were taken out of it.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) items: Vec<Node>,
    pub(super) removed: usize,
}

/// A table in the order of the file, and the mistaken keys that were taken out of it.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    pub(super) removed: Vec<String>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn of(table: &Spanned<DeTable<'_>>) -> Self {
        Self { span: table.span(), value: Value::Table(Table::of(table.get_ref())) }
    }

    fn of_value(value: &Spanned<DeValue<'_>>) -> Self {
        let span = value.span();
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => {
                let number = i64::from_str_radix(number.as_str(), number.radix());
                number.map_or(Value::Huge, Value::Whole)
            }
            DeValue::Float(number) => Value::Real(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(truth) => Value::Truth(*truth),
            DeValue::Datetime(_) => Value::Moment,
            DeValue::Array(items) => {
                let items = items.iter().map(Self::of_value).collect();
                Value::List(List { items, removed: 0 })
            }
            DeValue::Table(table) => Value::Table(Table::of(table)),
        };
        Self { span, value }
    }

    /// The node at a path, if it is in the file.
    pub(super) fn at(&self, path: &[Step]) -> Option<&Node> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match (first, &self.value) {
            (Step::Key(key), Value::Table(table)) => table.get(key)?.node.at(rest),
            (Step::Index(index), Value::List(list)) => list.items.get(*index)?.at(rest),
            _ => None,
        }
    }

    /// The node at keys of nested tables.
    pub(super) fn below(&self, keys: &[&str]) -> Option<&Node> {
        let Some((first, rest)) = keys.split_first() else { return Some(self) };
        match &self.value {
            Value::Table(table) => table.get(first)?.node.below(rest),
            _ => None,
        }
    }

    /// Takes the node at a path out, and returns whether it was there.
    pub(super) fn remove(&mut self, path: &[Step]) -> bool {
        let Some((first, rest)) = path.split_first() else { return false };
        match (first, &mut self.value) {
            (Step::Key(key), Value::Table(table)) if rest.is_empty() => {
                let before = table.entries.len();
                table.entries.retain(|it| it.key != *key);
                table.removed.push(key.clone());
                table.entries.len() < before
            }
            (Step::Key(key), Value::Table(table)) => {
                let entry = table.entries.iter_mut().find(|it| it.key == *key);
                entry.is_some_and(|it| it.node.remove(rest))
            }
            (Step::Index(index), Value::List(list)) if rest.is_empty() => {
                let is_there = *index < list.items.len();
                if is_there {
                    list.items.remove(*index);
                    list.removed += 1;
                }
                is_there
            }
            (Step::Index(index), Value::List(list)) => {
                list.items.get_mut(*index).is_some_and(|it| it.remove(rest))
            }
            _ => false,
        }
    }

    /// The items of a list; none for any other value.
    pub(super) fn items(&self) -> impl Iterator<Item = &Node> {
        let items: &[Node] = match &self.value {
            Value::List(list) => &list.items,
            _ => &[],
        };
        items.iter()
    }

    /// Whether no mistake was taken out of it.
    pub(super) fn is_whole(&self) -> bool {
        match &self.value {
            Value::List(list) => list.removed == 0 && list.items.iter().all(Self::is_whole),
            Value::Table(table) => {
                table.removed.is_empty() && table.entries.iter().all(|it| it.node.is_whole())
            }
            _ => true,
        }
    }
}

impl Table {
    fn of(table: &DeTable<'_>) -> Self {
        let entry = |(key, node): (&Spanned<_>, &Spanned<DeValue<'_>>)| Entry {
            key: AsRef::<std::borrow::Cow<'_, str>>::as_ref(key).to_string(),
            key_span: key.span(),
            node: Node::of_value(node),
        };
        let mut entries: Vec<Entry> = table.iter().map(entry).collect();
        entries.sort_by_key(|it| it.key_span.start);
        Self { entries, removed: Vec::new() }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|it| it.key == key)
    }
}
