//! YAML as a tree with the line of each value.
//!
//! The parser is read event by event, without recursion: nesting and aliases of a hostile file cost
//! no stack and no memory beyond the limits here.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::Line;

/// The deepest nesting that is read.
const DEPTH_MAX: usize = 64;

/// The most values that a file may have, those of its aliases included.
const NODES_MAX: usize = 100_000;

/// A value, and its line where it is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) line: Option<Line>,
    /// A tag of Compose's own: `!reset` or `!override`.
    pub(super) tag: Option<String>,
}

/// A value without its types: a number is its text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Value {
    #[default]
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|it| it.0 == key).map(|it| &it.1)
    }

    /// The text of a plain value.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text at a key.
    pub(super) fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    pub(super) fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The number of values in the tree.
    fn size(&self) -> usize {
        let below: usize = match &self.value {
            Value::List(items) => items.iter().map(Self::size).sum(),
            Value::Map(entries) => entries.iter().map(|it| it.1.size()).sum(),
            Value::Null | Value::Text(_) => 0,
        };
        below + 1
    }

    /// The tree of Compose's JSON, which has no lines.
    pub(super) fn of_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::String(text) => Value::Text(text.clone()),
            Json::Bool(_) | Json::Number(_) => Value::Text(json.to_string()),
            Json::Array(items) => Value::List(items.iter().map(Self::of_json).collect()),
            Json::Object(entries) => Value::Map(
                entries.iter().map(|(key, it)| (key.clone(), Self::of_json(it))).collect(),
            ),
        };
        Self { value, ..Self::default() }
    }
}

/// A list or a map whose end has not come yet.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<String>,
}

struct Reader<'f> {
    file: &'f str,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

/// Parses the first document of a file.
pub(super) fn parse(text: &str, file: &str) -> Result<Node, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (open, anchors) = (Vec::new(), HashMap::new());
    let mut reader = Reader { file, open, anchors, nodes: 0, root: None };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|it| it.to_string())?;
        if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
            break;
        }
        reader.event(event, span.start.line())?;
    }
    Ok(reader.root.unwrap_or_default())
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        let line = Some(Line { file: self.file.to_owned(), line });
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = matches!(style, ScalarStyle::Plain);
                let is_null = plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null { Value::Null } else { Value::Text(text.into_owned()) };
                let tag = tag.map(|it| it.suffix.clone());
                self.add(Node { value, line, tag }, anchor)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.nodes += node.size();
                self.add(node, 0)
            }
            Event::SequenceStart(anchor, tag) => {
                let tag = tag.map(|it| it.suffix.clone());
                self.begin(Node { value: Value::List(Vec::new()), line, tag }, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                let tag = tag.map(|it| it.suffix.clone());
                self.begin(Node { value: Value::Map(Vec::new()), line, tag }, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                self.add(merged(open.node), open.anchor)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if self.open.len() >= DEPTH_MAX {
            return Err(format!("it is nested more than {DEPTH_MAX} levels deep"));
        }
        self.open.push(Open { node, anchor, key: None });
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(format!("it has more than {NODES_MAX} values"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match (&mut open.node.value, open.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Map(_), None) => {
                // A key that is not a plain value has no meaning for Compose.
                open.key = Some(node.text().unwrap_or_default().to_owned());
            }
            (Value::Map(entries), Some(key)) => entries.push((key, node)),
            (Value::Null | Value::Text(_), _) => {}
        }
        Ok(())
    }
}

/// The map with what its key `<<` brings in; its own keys count.
fn merged(mut node: Node) -> Node {
    let Value::Map(entries) = &mut node.value else { return node };
    let Some(at) = entries.iter().position(|it| it.0 == "<<") else { return node };
    let (_, brought) = entries.remove(at);
    let sources = if brought.items().is_empty() { vec![brought] } else { brought.items().to_vec() };
    for (key, value) in sources.iter().flat_map(Node::entries) {
        if !entries.iter().any(|it| it.0 == *key) {
            entries.push((key.clone(), value.clone()));
        }
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_lines_and_aliases_their_values() {
        let text = "x-env: &env\n  A: one\n  B: 2\nservices:\n  web:\n    environment:\n      \
                    <<: *env\n      B: three\n    ports: [\"80:80\", 443]\n    tty:\n";
        let root = parse(text, "compose.yaml").expect("it is YAML");
        let web = root.get("services").and_then(|it| it.get("web")).expect("a service");
        let environment = web.get("environment").expect("it is there");
        assert_eq!(environment.text_at("A"), Some("one"));
        assert_eq!(environment.text_at("B"), Some("three"));
        let ports = web.get("ports").expect("it is there").items();
        assert_eq!(ports[1].text(), Some("443"));
        assert_eq!(
            ports[1].line.as_ref().map(ToString::to_string).as_deref(),
            Some("compose.yaml:9")
        );
        assert_eq!(web.get("tty").map(|it| &it.value), Some(&Value::Null));
    }

    #[test]
    fn a_hostile_file_is_refused_and_costs_nothing() {
        let deep = "[".repeat(100_000);
        let laughs: String = (1..12).fold("a0: &a0 [x, x]\n".to_owned(), |text, it| {
            let before = format!("*a{},", it - 1).repeat(9);
            format!("{text}a{it}: &a{it} [{before}]\n")
        });
        for text in [deep.as_str(), laughs.as_str(), "a: [1", "a: b: c", "*x"] {
            assert!(parse(text, "x").is_err(), "{}", &text[..text.len().min(60)]);
        }
        for text in ["", "---\n", "- 1\n- 2\n", "plain", "? [a, b]\n: c\n"] {
            assert!(parse(text, "x").is_ok(), "{text}");
        }
    }
}
