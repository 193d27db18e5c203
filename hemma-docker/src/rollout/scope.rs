//! How much of the application a rollout is about.

use std::collections::BTreeSet;

use hemma_core::{Config, Finding};

use super::look::layers_in_force;
use crate::compose::{Layers, Model};
use crate::container::Container;

/// What a rollout brings up, and from which files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The application at the tip of its branch, with the layers that are in force.
    Whole,
    /// These services and what they depend on, with the research files, from the checkout as it is.
    /// No commit is brought in, and none is noted as deployed: the other services may be older.
    Research(Vec<String>),
}

impl Scope {
    pub(super) fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    pub(super) fn layers(&self, config: &Config, containers: &[Container]) -> Layers {
        match self {
            Self::Whole => layers_in_force(config, containers),
            Self::Research(_) => Layers::Research,
        }
    }

    /// Leaves in the project what this is about.
    pub(super) fn narrow(&self, project: &mut Model) {
        let Self::Research(asked) = self else { return };
        let mut wanted = BTreeSet::new();
        let mut open = asked.clone();
        while let Some(name) = open.pop() {
            if let Some(service) = project.services.get(&name)
                && wanted.insert(name)
            {
                open.extend(service.depends_on.keys().cloned());
            }
        }
        project.services.retain(|name, _| wanted.contains(name));
    }

    /// What the files say that cannot be meant: no such service, or one that others would reach.
    pub(super) fn objections(&self, project: &Model) -> Vec<Finding> {
        let Self::Research(asked) = self else { return Vec::new() };
        let missing = asked
            .iter()
            .filter(|it| !project.services.contains_key(*it))
            .map(|it| Finding::fail(format!("service {it}"), "the compose files do not have it"));
        let open = asked.iter().filter_map(|it| Some((it, project.services.get(it)?)));
        let open = open.flat_map(|(name, it)| it.ports.iter().map(move |port| (name, port)));
        let open = open.filter(|(_, port)| !port.is_local()).map(|(name, port)| {
            let detail =
                format!("the compose files open port {} to other machines", port.published);
            Finding::fail(format!("service {name}"), detail)
        });
        missing.chain(open).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{Port, Service};

    fn project() -> Model {
        let mut project = Model::default();
        for (name, needs) in [("tool", "base"), ("base", "tool"), ("other", "base")] {
            let mut service = Service { replicas: 1, ..Service::default() };
            service.depends_on.insert(needs.to_owned(), "service_healthy".to_owned());
            project.services.insert(name.to_owned(), service);
        }
        project
    }

    #[test]
    fn a_scope_is_what_was_asked_for_and_what_that_needs() {
        let mut project = project();
        Scope::Research(vec!["tool".to_owned()]).narrow(&mut project);
        assert_eq!(project.services.keys().collect::<Vec<_>>(), ["base", "tool"]);
    }

    #[test]
    fn what_would_be_open_to_others_is_objected_to() {
        let scope = Scope::Research(vec!["tool".to_owned(), "gone".to_owned()]);
        for (address, objections) in [("127.0.0.1", 1), ("::1", 1), ("", 2), ("0.0.0.0", 2)] {
            let mut project = project();
            let tool = project.services.get_mut("tool").expect("it is there");
            tool.ports.push(Port {
                host_ip: address.to_owned(),
                published: "8085".to_owned(),
                target: 8085,
                protocol: "tcp".to_owned(),
            });
            assert_eq!(scope.objections(&project).len(), objections, "{address}");
        }
    }
}
