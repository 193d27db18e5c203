//! Rules about lists: what must be unique, and what must not be empty.

use std::collections::BTreeMap;

use super::{Rules, placed};
use crate::config::document::Node;

/// The networks that Docker itself makes on each host.
const DOCKERS_NETWORKS: [&str; 3] = ["bridge", "host", "none"];

impl Rules<'_, '_> {
    /// Checks the plain lists.
    pub(super) fn lists(&mut self) {
        let config = self.config;
        self.compose_files();
        self.each_once(&["compose", "profiles"], &config.compose.profiles, "the profile");
        self.each_once(&["compose", "env_files"], &config.compose.env_files, "the file");
        self.each_once(&["compose", "may_be_empty"], &config.compose.may_be_empty, "the path");
        let names: Vec<_> = config.public.iter().map(|it| &it.name).collect();
        let places = placed(&names, &self.column(&["public"], "name"));
        self.no_twice(&["public", "name"], &places, "the name");
        let edge = &config.edge;
        self.each_once(&["edge", "addresses"], &edge.addresses, "the address");
        self.each_once(&["edge", "resolvers"], &edge.resolvers, "the address");
        self.each_once(&["edge", "name_servers"], &edge.name_servers, "the address");
        self.each_once(&["edge", "roots"], &edge.roots, "the file");
        self.each_once(&["edge", "open"], &edge.open, "the port");
        let databases = config.database.as_ref().map_or(&[][..], |it| &it.databases);
        self.each_once(&["database", "databases"], databases, "the database");
        self.web_ports();
    }

    /// Checks the two ports. The mistake is at the port that the file has, or at the second of two.
    fn web_ports(&mut self) {
        let edge = &self.config.edge;
        if edge.http != edge.https {
            return;
        }
        let [http, https] = [["edge", "http"], ["edge", "https"]];
        let (keys, other) = match (self.tree.below(&http), self.tree.below(&https)) {
            (Some(one), Some(two)) if one.span.start > two.span.start => (http, "edge.https"),
            (Some(_), None) => (http, "edge.https"),
            _ => (https, "edge.http"),
        };
        if let Some(node) = self.tree.below(&keys) {
            self.say(node, &keys, format!("`{other}` is port {} as well", edge.http));
        }
    }

    fn each_once<T: ToString>(&mut self, keys: &[&str], values: &[T], what: &str) {
        let nodes: Vec<&Node> = self.items(keys).iter().collect();
        self.no_twice(keys, &placed(values, &nodes), what);
    }

    fn compose_files(&mut self) {
        let compose = &self.config.compose;
        let files = &["compose", "files"];
        let empty = self.list(files).filter(|it| it.items.is_empty() && it.removed == 0);
        if let (Some(_), Some(node)) = (empty, self.tree.below(files)) {
            self.say(node, files, "the list is empty; it needs at least one compose file");
        }
        let nodes = |it: &Self, keys: &[&str]| it.items(keys).iter().collect::<Vec<_>>();
        let main = placed(&compose.files, &nodes(self, files));
        let research = placed(&compose.research, &nodes(self, &["compose", "research"]));
        self.no_twice(files, &main, "the file");
        self.no_twice(&["compose", "research"], &research, "the file");
        for (value, node) in &research {
            if let Some(at) = compose.files.iter().position(|it| it == value.as_str()) {
                let line = self.line_of(main.get(at).map(|it| it.1));
                let message = format!("the file `{value}` is in `compose.files` as well: {line}");
                self.say(node, &["compose", "research"], message);
            }
        }
    }

    /// Checks the forwards. Their names become file names, and some file systems ignore case.
    pub(super) fn forwards(&mut self) {
        let forwards = &self.config.forward;
        let names: Vec<_> = forwards.iter().map(|it| it.name.to_ascii_lowercase()).collect();
        let places = placed(&names, &self.column(&["forward"], "name"));
        self.no_twice(&["forward", "name"], &places, "the forward");
        let ports: Vec<_> = forwards.iter().map(|it| it.local).collect();
        let places = placed(&ports, &self.column(&["forward"], "local"));
        self.no_twice(&["forward", "local"], &places, "the port on this machine");
    }

    /// Checks the stages: each has a unique name, and each service is in one of them at most.
    pub(super) fn stages(&mut self) {
        let stages = &self.config.stage;
        let names: Vec<_> = stages.iter().map(|it| &it.name).collect();
        let places = placed(&names, &self.column(&["stage"], "name"));
        self.no_twice(&["stage", "name"], &places, "the stage");
        let mut homes: BTreeMap<&str, (&str, &Node)> = BTreeMap::new();
        for (stage, table) in stages.iter().zip(self.items(&["stage"])) {
            let Some(list) = table.below(&["services"]) else { continue };
            if stage.services.is_empty() && list.is_whole() {
                let message = format!("the stage `{}` has no services", stage.name);
                self.say(list, &["stage", "services"], message);
            }
            let nodes: Vec<&Node> = list.items().collect();
            for (service, (_, node)) in stage.services.iter().zip(placed(&stage.services, &nodes)) {
                if let Some((home, first)) = homes.insert(service.as_str(), (&stage.name, node)) {
                    let line = self.line_of(Some(first));
                    let message =
                        format!("the service `{service}` is in the stage `{home}` already: {line}");
                    self.say(node, &["stage", "services"], message);
                }
            }
        }
    }

    /// Checks for names that belong to Docker and PostgreSQL.
    pub(super) fn reserved(&mut self) {
        let config = self.config;
        let network = config.compose.network.as_deref().unwrap_or_default();
        let own = DOCKERS_NETWORKS.contains(&network);
        if let Some(node) = self.tree.below(&["compose", "network"]).filter(|_| own) {
            let message = format!("`{network}` is a network of Docker's own; name another one");
            self.say(node, &["compose", "network"], message);
        }
        let Some(database) = &config.database else { return };
        let own = database.role.starts_with("pg_");
        if let Some(node) = self.tree.below(&["database", "role"]).filter(|_| own) {
            let message = "names that begin with `pg_` belong to PostgreSQL itself";
            self.say(node, &["database", "role"], message);
        }
        let nodes: Vec<&Node> = self.items(&["database", "databases"]).iter().collect();
        for (name, node) in placed(&database.databases, &nodes) {
            if matches!(name.as_str(), "template0" | "template1") {
                let message = format!("`{name}` belongs to PostgreSQL itself");
                self.say(node, &["database", "databases"], message);
            }
        }
    }
}
