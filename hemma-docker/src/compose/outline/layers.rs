//! One compose file laid over another, as Compose does it.

use super::yaml::{Node, Value};

/// The keys of a service whose lists are maps in another form.
const MAPS: [&str; 4] = ["environment", "labels", "depends_on", "networks"];

/// The keys of a service that a later file replaces.
const REPLACED: [&str; 3] = ["command", "entrypoint", "test"];

/// The tree with the short forms of its services as maps.
pub(super) fn normalized(mut root: Node) -> Node {
    let Value::Map(entries) = &mut root.value else { return root };
    let services = entries.iter_mut().find(|it| it.0 == "services");
    let Some(Value::Map(services)) = services.map(|it| &mut it.1.value) else { return root };
    for (_, service) in services {
        let Value::Map(entries) = &mut service.value else { continue };
        for (key, node) in entries.iter_mut().filter(|it| MAPS.contains(&it.0.as_str())) {
            let Value::List(items) = &node.value else { continue };
            let entry = |it: &Node| {
                let text = it.text()?;
                let (name, value) = match text.split_once('=') {
                    Some((name, value)) if key.as_str() != "depends_on" => (name, Some(value)),
                    _ => (text, None),
                };
                let value = value.map_or(Value::Null, |it| Value::Text(it.to_owned()));
                Some((name.to_owned(), Node { value, ..it.clone() }))
            };
            node.value = Value::Map(items.iter().filter_map(entry).collect());
        }
    }
    root
}

/// `over` laid over `base`.
pub(super) fn laid_over(base: Node, over: Node) -> Node {
    let tag = over.tag.as_deref();
    match (base.value, over.value) {
        (_, _) if tag == Some("reset") => Node { line: over.line, ..Node::default() },
        (_, value) if tag == Some("override") => Node { value, line: over.line, tag: None },
        (Value::Map(mut entries), Value::Map(others)) => {
            for (key, node) in others {
                let at = entries.iter().position(|it| it.0 == key);
                match at.map(|it| &mut entries[it].1) {
                    Some(own) if REPLACED.contains(&key.as_str()) => *own = node,
                    Some(own) => *own = laid_over(std::mem::take(own), node),
                    None => entries.push((key, laid_over(Node::default(), node))),
                }
            }
            Node { value: Value::Map(entries), line: base.line, tag: None }
        }
        (Value::List(mut items), Value::List(others)) => {
            // Compose merges ports by the port in the container, too; two of one port are read as one.
            items.extend(others);
            Node { value: Value::List(items), line: base.line, tag: None }
        }
        (value, Value::Null) => Node { value, line: base.line.or(over.line), tag: None },
        (_, value) => Node { value, line: over.line, tag: None },
    }
}
