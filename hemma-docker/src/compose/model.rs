//! The project as Compose resolves it, reduced to what is used, without any secret.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hemma_core::names::ServiceName;
use serde::{Deserialize, Serialize};

use super::{BuildSpec, HttpCheck, Port};
use crate::container::ProxyNames;
use crate::image::tag_of;

/// The resolved project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The services by name. Those of inactive profiles are not among them.
    pub services: BTreeMap<ServiceName, Service>,
    /// External networks by their real name.
    #[serde(default)]
    pub external_networks: Vec<String>,
    /// Variables that are used but set nowhere, so that they are blank.
    #[serde(default)]
    pub unset: Vec<String>,
    /// The directory of the checkout that Compose works in, all links followed; empty where it is
    /// not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub directory: String,
    /// Services whose completion others wait for, also others that [`narrow`](Self::narrow)
    /// removed.
    #[serde(skip)]
    pub awaited: BTreeSet<String>,
}

impl Model {
    /// Removes all services but those that are `kept`.
    pub fn narrow(&mut self, kept: impl Fn(&str) -> bool) {
        let ended = |it: &(&String, &String)| it.1 == "service_completed_successfully";
        let all = self.services.values().flat_map(|it| &it.depends_on);
        let awaited: Vec<String> = all.filter(ended).map(|it| it.0.clone()).collect();
        self.awaited.extend(awaited);
        self.services.retain(|name, _| kept(name));
    }

    /// Whether a service that is deployed builds the image of this name. The image of a service
    /// with zero replicas is not built.
    pub fn builds(&self, image: &str) -> bool {
        let wanted = tag_of(image);
        let mut built = self.services.values().filter(|it| it.build.is_some() && it.replicas > 0);
        built.any(|it| tag_of(&it.image) == wanted)
    }

    /// The services that run one of these images and do not build it.
    pub fn running(&self, images: &[String]) -> Vec<ServiceName> {
        let runs = |it: &&Service| it.build.is_none() && images.contains(&it.image);
        let services = self.services.iter().filter(|it| it.1.replicas > 0 && runs(&it.1));
        services.map(|it| it.0.clone()).collect()
    }
}

/// One service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The image's name, given or derived.
    pub image: String,
    /// The build of the image; `None` where it is not built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildSpec>,
    /// The fixed container name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_name: Option<String>,
    /// The number of containers that should run.
    pub replicas: u64,
    /// The restart policy: `no`, `always`, `unless-stopped`, `on-failure`; empty where the files
    /// have none.
    pub restart: String,
    /// The health check, unless there is none or it is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// The ports that are published on the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    /// The bind mounts: paths of the host, relative to the checkout where they lie in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub binds: Vec<String>,
    /// The networks of the service, by their names on the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// The variables that the reverse proxy reads. No other variable is kept.
    #[serde(default, skip_serializing_if = "ProxyNames::is_empty")]
    pub proxy: ProxyNames,
    /// The services that must come first, and in which state.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub depends_on: BTreeMap<String, String>,
    /// The services that this one is restarted with, and whether it shares their network or
    /// processes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub restarts_with: BTreeMap<String, bool>,
    /// The named volumes that Compose creates where they do not exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<NamedVolume>,
    /// Compose's own hash of the service, which it also writes on the container. Empty where it
    /// cannot be known beforehand.
    #[serde(default)]
    pub hash: String,
    /// What the operator says that the service is, where the files leave it open.
    #[serde(skip)]
    pub kind: Option<ServiceKind>,
    /// A digest of each part (`image`, `environment.NAME`, …), comparable within one run only.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
}

/// What a service is meant to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// Run once, to its end.
    Job,
    /// Go on running.
    Service,
}

/// A volume that a service keeps its data in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedVolume {
    /// The volume's name in the compose files.
    pub key: String,
    /// The volume's name on the host.
    pub name: String,
    /// The mount point in the container.
    pub target: String,
}

/// The health check of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Healthcheck {
    /// Milliseconds between two checks.
    pub interval_ms: u64,
    /// Milliseconds that a check may take.
    pub timeout_ms: u64,
    /// Failures in a row that make the container unhealthy.
    pub retries: u64,
    /// Milliseconds after the start in which failures do not count.
    pub start_period_ms: u64,
    /// The HTTP request that it makes, if it makes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpCheck>,
}

impl Healthcheck {
    /// The time until a working container is called healthy, or a broken one unhealthy, by the
    /// numbers of the compose file.
    pub fn patience(&self) -> Duration {
        let checks = (self.interval_ms + self.timeout_ms).saturating_mul(self.retries + 1);
        Duration::from_millis(self.start_period_ms.saturating_add(checks))
    }
}

impl Service {
    /// The restart policy, in the engine's word.
    pub fn restart_policy(&self) -> &str {
        if self.restart.is_empty() { "no" } else { &self.restart }
    }

    /// Whether the service runs once to its end, as far as the files say: others wait for its
    /// completion, or its restart policy is `no` and nothing reaches it.
    pub fn is_one_shot(&self, model: &Model) -> bool {
        match self.kind {
            Some(kind) => kind == ServiceKind::Job,
            None => self.is_awaited(model) || (self.restart == "no" && !self.is_reached()),
        }
    }

    /// Whether the service may end with 0. Files without a restart policy do not say whether it
    /// should go on running.
    pub fn may_end(&self, model: &Model) -> bool {
        let is_open = self.kind.is_none() && self.restart.is_empty() && !self.is_reached();
        self.is_one_shot(model) || is_open
    }

    fn is_awaited(&self, model: &Model) -> bool {
        let awaited = |it: &Service, name: &str| {
            it.depends_on.get(name).is_some_and(|it| it == "service_completed_successfully")
        };
        let name = model.services.iter().find(|(_, it)| std::ptr::eq(*it, self)).map(|it| it.0);
        name.is_some_and(|name| {
            model.awaited.contains(name.as_str())
                || model.services.values().any(|it| awaited(it, name))
        })
    }

    /// Whether something connects to the service: its health check, the proxy, or another service
    /// over a port.
    fn is_reached(&self) -> bool {
        let exposes = self.parts.contains_key("expose");
        self.healthcheck.is_some() || !self.ports.is_empty() || !self.proxy.is_empty() || exposes
    }
}

#[cfg(test)]
mod tests {
    use super::super::digest::Digests;
    use super::super::reading::read;
    use super::ServiceKind;

    #[test]
    fn the_operators_word_counts_before_the_files() {
        let json = r#"{"name":"p","services":{"s":{"restart":"always"},"t":{"restart":"no"}}}"#;
        let mut model = read(json, "", &Digests::default()).expect("plain JSON");
        for (name, kind, once) in
            [("s", ServiceKind::Job, true), ("t", ServiceKind::Service, false)]
        {
            model.services.get_mut(name).expect("it is there").kind = Some(kind);
            let it = &model.services[name];
            assert_eq!((it.is_one_shot(&model), it.may_end(&model)), (once, once), "{name}");
        }
    }

    #[test]
    fn what_a_service_is_meant_to_do_is_what_the_files_say() {
        let rows = [
            ("{}", false, true),
            (r#"{"restart":"no"}"#, true, true),
            (r#"{"restart":"unless-stopped"}"#, false, false),
            (r#"{"deploy":{"restart_policy":{"condition":"any"}}}"#, false, false),
            (r#"{"deploy":{"restart_policy":{}}}"#, false, false),
            (r#"{"deploy":{"restart_policy":{"condition":"none"}}}"#, true, true),
            (r#"{"deploy":{"restart_policy":{"condition":"on-failure"}}}"#, false, false),
            (r#"{"ports":[{"target":80}]}"#, false, false),
            (r#"{"expose":["80"]}"#, false, false),
            (r#"{"environment":{"VIRTUAL_HOST":"a.example"}}"#, false, false),
            (r#"{"restart":"no","environment":{"VIRTUAL_HOST":"a.example"}}"#, false, false),
            (r#"{"restart":"no","healthcheck":{"test":["CMD","true"]}}"#, false, false),
            (r#"{"healthcheck":{"disable":true}}"#, false, true),
        ];
        for (service, once, may_end) in rows {
            let awaited = r#"{"depends_on":{"s":{"condition":"service_completed_successfully"}}}"#;
            for (other, awaited) in [("{}", false), (awaited, true)] {
                let json = format!(r#"{{"name":"p","services":{{"s":{service},"o":{other}}}}}"#);
                let model = read(&json, "", &Digests::default()).expect("plain JSON");
                let it = &model.services["s"];
                let seen = (it.is_one_shot(&model), it.may_end(&model));
                assert_eq!(seen, (once || awaited, may_end || awaited), "{service} {other}");
            }
        }
    }
}
