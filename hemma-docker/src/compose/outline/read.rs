//! Reading the tree of a project.

use std::collections::BTreeMap;

use super::variables::{filled, used};
use super::yaml::{Node, Value};
use super::{Outline, Placed, PublishedPort, ServiceOutline, VariableUse, database, names};

pub(super) fn outline(root: &Node) -> Outline {
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    let named = |it: &Node| Some(Placed { value: filled(it.text()?)?, line: it.line.clone() });
    let networks = root.get("networks").map(Node::entries).unwrap_or_default();
    let external = networks.iter().filter_map(|(key, it)| Some((key.clone(), external(key, it)?)));
    let mut variables = BTreeMap::new();
    note_variables(root, &mut variables);
    Outline {
        name: root.get("name").and_then(named),
        services: services.iter().map(|(name, it)| (name.clone(), service(it))).collect(),
        external_networks: external.collect(),
        variables,
        unread: Vec::new(),
    }
}

/// The name on the host of an external network.
fn external(key: &str, network: &Node) -> Option<String> {
    let external = network.get("external")?;
    let old_name = external.text_at("name");
    if old_name.is_none() && external.text() != Some("true") {
        return None;
    }
    filled(network.text_at("name").or(old_name).unwrap_or(key))
}

fn service(node: &Node) -> ServiceOutline {
    let texts = |key: &str| -> Vec<String> {
        let node = node.get(key);
        let single = node.and_then(Node::text);
        let several = node.map(Node::items).unwrap_or_default().iter();
        let several = several.filter_map(|it| it.text().or_else(|| it.text_at("path")));
        single.into_iter().chain(several).map(str::to_owned).collect()
    };
    let keys = |key: &str| -> Vec<String> {
        let entries = node.get(key).map(Node::entries).unwrap_or_default();
        entries.iter().map(|it| it.0.clone()).collect()
    };
    let check = node.get("healthcheck");
    let is_off = |it: &Node| it.text_at("disable") == Some("true") || it.get("test").is_none();
    ServiceOutline {
        line: node.line.clone(),
        image: node.text_at("image").and_then(filled),
        is_built: node.get("build").is_some_and(|it| it.value != Value::Null),
        restart: restart(node),
        has_healthcheck: check.is_some_and(|it| !is_off(it)),
        ports: node
            .get("ports")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(port)
            .collect(),
        public: names::of_service(node),
        networks: keys("networks"),
        profiles: texts("profiles"),
        depends_on: depends_on(node),
        databases: node.get("environment").map(database::of_environment).unwrap_or_default(),
        env_files: texts("env_file"),
        mounts: node
            .get("volumes")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(mount)
            .collect(),
    }
}

fn restart(service: &Node) -> Option<Placed<String>> {
    let of = |it: &Node| Some(Placed { value: filled(it.text()?)?, line: it.line.clone() });
    service.get("restart").and_then(of).or_else(|| {
        let policy = service.get("deploy")?.get("restart_policy")?.get("condition")?;
        let placed = of(policy)?;
        let value = if placed.value == "none" { "no".to_owned() } else { placed.value };
        Some(Placed { value, ..placed })
    })
}

fn depends_on(service: &Node) -> BTreeMap<String, Placed<String>> {
    let entries = service.get("depends_on").map(Node::entries).unwrap_or_default();
    let condition = |it: &Node| it.text_at("condition").unwrap_or("service_started").to_owned();
    let entry = |(name, it): &(String, Node)| {
        (name.clone(), Placed { value: condition(it), line: it.line.clone() })
    };
    entries.iter().map(entry).collect()
}

/// A published port, in either form: `[ADDRESS:][PORT:]PORT[/PROTOCOL]` or a map.
fn port(node: &Node) -> Option<Placed<PublishedPort>> {
    let number = |it: &str| filled(it)?.parse().ok();
    let value = match node.text() {
        Some(text) => {
            let text = filled(text)?;
            let (ports, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
            let (rest, target) = ports.rsplit_once(':').unwrap_or(("", ports));
            let (address, published) = rest.rsplit_once(':').unwrap_or(("", rest));
            PublishedPort {
                host_ip: address.trim_matches(['[', ']']).to_owned(),
                published: published.parse().ok(),
                target: target.parse().ok(),
                is_tcp: protocol == "tcp",
            }
        }
        None => PublishedPort {
            host_ip: node.text_at("host_ip").and_then(filled).unwrap_or_default(),
            published: node.text_at("published").and_then(number),
            target: node.text_at("target").and_then(number),
            is_tcp: node.text_at("protocol").unwrap_or("tcp") == "tcp",
        },
    };
    Some(Placed { value, line: node.line.clone() })
}

/// A mounted file or directory of the repository, with its mount point.
fn mount(node: &Node) -> Option<(String, String)> {
    let (source, target) = match node.text() {
        Some(text) => text.split_once(':')?,
        None => (node.text_at("source")?, node.text_at("target")?),
    };
    let target = target.split(':').next().unwrap_or(target);
    let is_path = source.starts_with(['.', '/']);
    is_path.then(|| (source.trim_start_matches("./").to_owned(), target.to_owned()))
}

fn note_variables(node: &Node, all: &mut BTreeMap<String, VariableUse>) {
    match &node.value {
        Value::Null => {}
        Value::Text(text) => {
            for it in used(text).into_iter().filter(|it| it.is_required() || it.is_plain()) {
                let new = || VariableUse { is_required: false, line: node.line.clone() };
                all.entry(it.name.to_owned()).or_insert_with(new).is_required |= it.is_required();
            }
        }
        Value::List(items) => items.iter().for_each(|it| note_variables(it, all)),
        Value::Map(entries) => entries.iter().for_each(|it| note_variables(&it.1, all)),
    }
}
