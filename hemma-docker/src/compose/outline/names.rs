//! Public names: what a service tells a reverse proxy.

use serde::{Deserialize, Serialize};

use super::Line;
use super::variables::filled;
use super::yaml::Node;

/// A public name that a service tells a reverse proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicHost {
    /// The text in the files: a name, or variables.
    pub text: String,
    /// The name, its variables filled by their defaults; `None` where one has none.
    pub name: Option<String>,
    /// The proxy that reads it.
    pub by: Proxy,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
}

/// A reverse proxy, by its way of learning names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proxy {
    /// nginx-proxy: `VIRTUAL_HOST`.
    Nginx,
    /// Traefik: labels with `` Host(`…`) ``.
    Traefik,
    /// caddy-docker-proxy: the label `caddy`.
    Caddy,
}

/// The names in the environment and the labels of a service.
pub(super) fn of_service(service: &Node) -> Vec<PublicHost> {
    let environment = service.get("environment").and_then(|it| it.get("VIRTUAL_HOST"));
    let mut all: Vec<PublicHost> = environment
        .into_iter()
        .flat_map(|it| split(it.text().unwrap_or_default()).map(move |text| (text, it)))
        .map(|(text, it)| host(text, Proxy::Nginx, it))
        .collect();
    let labels = service.get("labels").map(Node::entries).unwrap_or_default();
    let deployed = service.get("deploy").and_then(|it| it.get("labels"));
    let labels = || labels.iter().chain(deployed.map(Node::entries).unwrap_or_default());
    let is_off = labels().any(|it| it.0 == "traefik.enable" && it.1.text() == Some("false"));
    for (key, node) in labels() {
        let text = node.text().unwrap_or_default();
        let router = key.strip_prefix("traefik.http.routers.");
        let is_rule = router.and_then(|it| it.strip_suffix(".rule")).is_some();
        if is_rule && !is_off {
            all.extend(in_rule(text).into_iter().map(|it| host(it, Proxy::Traefik, node)));
        } else if key == "caddy" || key.strip_prefix("caddy_").is_some_and(is_number) {
            all.extend(split(text).map(|it| host(without_scheme(it), Proxy::Caddy, node)));
        }
    }
    let mut seen = Vec::new();
    all.retain(|it| {
        !seen.contains(&it.text) && {
            seen.push(it.text.clone());
            true
        }
    });
    all
}

fn host(text: &str, by: Proxy, node: &Node) -> PublicHost {
    PublicHost { text: text.to_owned(), name: filled(text), by, line: node.line.clone() }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty())
}

/// An address of Caddy's without its scheme and port.
fn without_scheme(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |it| it.1);
    match text.rsplit_once(':') {
        Some((name, port)) if is_number(port) => name,
        _ => text,
    }
}

/// The names in a rule of Traefik: ``Host(`a`, `b`) || Host(`c`)``. Other matchers have none.
fn in_rule(rule: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in rule.match_indices("Host(") {
        let is_whole = !rule[..at].ends_with(|it: char| it.is_ascii_alphanumeric() || it == '!');
        let Some((inside, _)) = rule[at + 5..].split_once(')').filter(|_| is_whole) else {
            continue;
        };
        let quoted = inside.split(',').map(|it| it.trim().trim_matches(['`', '"', '\'']));
        names.extend(quoted.filter(|it| !it.is_empty()));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_rules() {
        let rows: [(&str, &[&str]); 6] = [
            ("Host(`a.example`)", &["a.example"]),
            (
                "Host(`a.example`) || Host(`b.example`) && PathPrefix(`/x`)",
                &["a.example", "b.example"],
            ),
            ("Host(`a.example`, `b.example`)", &["a.example", "b.example"]),
            ("HostRegexp(`.*`) && !Host(`c.example`)", &[]),
            ("PathPrefix(`/`)", &[]),
            ("Host(`${DOMAIN}`)", &["${DOMAIN}"]),
        ];
        for (rule, names) in rows {
            assert_eq!(in_rule(rule), names, "{rule}");
        }
        assert_eq!(without_scheme("https://a.example:8443"), "a.example");
    }
}
