//! `[services.NAME]`: what the compose files leave open about a service.

use hemma_docker::compose::{Model, ServiceKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Config;

/// What the compose files leave open about a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceConfig {
    /// Whether the service runs once to its end, or goes on running. Without it, the compose files
    /// say: by `restart:`, health check, ports, and what others wait for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Whether the service is deployed. One that is not is treated as one with zero replicas.
    pub deploy: bool,
}

/// The kind of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It runs once, and ends with 0.
    Job,
    /// It goes on running.
    Service,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self { kind: None, deploy: true }
    }
}

impl Config {
    /// Notes in the resolved project what `[services]` says. A service that the project lacks is
    /// passed over.
    pub fn settle(&self, model: &mut Model) {
        for (name, it) in &self.services {
            let Some(service) = model.services.get_mut(name) else { continue };
            service.kind = it.kind.map(|it| match it {
                Kind::Job => ServiceKind::Job,
                Kind::Service => ServiceKind::Service,
            });
            if !it.deploy {
                service.replicas = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hemma_docker::compose::Service;
    use hemma_docker::testing::service_name;

    use super::*;

    #[test]
    fn what_the_file_says_of_a_service_counts() {
        let text =
            "[services.seed]\nkind = \"job\"\n[services.mail]\ndeploy = false\n[services.gone]\n";
        let config = Config::parse(text, Path::new("x")).expect("it is right");
        let service = || Service { replicas: 1, ..Service::default() };
        let mut model = Model::default();
        for name in ["seed", "mail", "web"] {
            model.services.insert(service_name(name), service());
        }
        config.settle(&mut model);
        let seen = |it: &str| (model.services[it].kind, model.services[it].replicas);
        assert_eq!(seen("seed"), (Some(ServiceKind::Job), 1));
        assert_eq!((seen("mail"), seen("web")), ((None, 0), (None, 1)));
    }
}
