//! The configuration that a container was made with, comparable with that of the compose files.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{ContainerInspectResponse, ImageInspect, PortMap};
use bollard::query_parameters::InspectContainerOptions;
use hemma_core::{Host, Live, Question};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Port;
use super::digest::Digests;
use super::reading::below;
use crate::ContainerName;
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// What was a container made with? The answer is `None` if no container has that name.
///
/// It must be asked in the run that asks what the compose files resolve to: the digests compare
/// only within one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookParts {
    /// Where the engine is.
    pub host: Host,
    /// The container's name or id.
    pub container: ContainerName,
}

/// The configuration that a container was made with, without any value of its environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerParts {
    /// The image as it was asked for.
    pub image: String,
    /// The restart policy: `no`, `always`, `unless-stopped`, `on-failure`.
    pub restart: String,
    /// The ports that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    /// The bind mounts, as the compose model names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub binds: Vec<String>,
    /// A digest of each part, by the name of the part in the compose model.
    pub parts: BTreeMap<String, String>,
    /// A digest of each part that the image gives; `None` where the image is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<BTreeMap<String, String>>,
}

impl Question for LookParts {
    const KIND: &'static str = "docker.container-parts";
    type Answer = Option<ContainerParts>;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Option<ContainerParts>, EngineError> {
        let container = self.container.as_str();
        let seen = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            let seen = docker.inspect_container(container, None::<InspectContainerOptions>).await?;
            let image = match &seen.image {
                Some(image) => docker.inspect_image(image).await.ok(),
                None => None,
            };
            Ok((seen, image))
        });
        let digests = live.extensions().get_or_make(Digests::default);
        match seen.await {
            Ok((seen, image)) => Ok(Some(read(seen, image, &digests))),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What containers and images both have.
struct Given {
    env: Option<Vec<String>>,
    labels: Option<HashMap<String, String>>,
    cmd: Option<Vec<String>>,
    entrypoint: Option<Vec<String>>,
    user: Option<String>,
    working_dir: Option<String>,
}

fn read(
    seen: ContainerInspectResponse,
    image: Option<ImageInspect>,
    digests: &Digests,
) -> ContainerParts {
    let (config, host) = (seen.config.unwrap_or_default(), seen.host_config.unwrap_or_default());
    let dir = "com.docker.compose.project.working_dir";
    let tree = config.labels.as_ref().and_then(|it| it.get(dir)).cloned().unwrap_or_default();
    let bind = |it: &bollard::models::MountPoint| it.typ.as_deref() == Some("bind");
    let mounts = seen.mounts.unwrap_or_default().into_iter().filter(bind);
    let restart = host.restart_policy.and_then(|it| it.name).map(|it| it.to_string());
    let given = image.map(|it| {
        let it = it.config.unwrap_or_default();
        let given = Given {
            env: it.env,
            labels: it.labels,
            cmd: it.cmd,
            entrypoint: it.entrypoint,
            user: it.user,
            working_dir: it.working_dir,
        };
        given.parts(&tree, digests)
    });
    let own = Given {
        env: config.env,
        labels: config.labels,
        cmd: config.cmd,
        entrypoint: config.entrypoint,
        user: config.user,
        working_dir: config.working_dir,
    };
    ContainerParts {
        image: config.image.unwrap_or_default(),
        restart: restart.filter(|it| !it.is_empty()).unwrap_or_else(|| "no".to_owned()),
        ports: ports(host.port_bindings.unwrap_or_default()),
        binds: mounts.filter_map(|it| Some(below(&it.source?, &tree))).collect(),
        parts: own.parts(&tree, digests),
        given,
    }
}

impl Given {
    fn parts(self, tree: &str, digests: &Digests) -> BTreeMap<String, String> {
        // Compose prints a literal `$` twice.
        let text = |it: &str| Value::String(it.replace('$', "$$"));
        let list = |it: Vec<String>| Value::Array(it.iter().map(|it| text(it)).collect());
        let mut parts = BTreeMap::new();
        let mut add = |name: String, value: &Value| parts.insert(name, digests.of(value, tree));
        for (name, value) in self.env.iter().flatten().filter_map(|it| it.split_once('=')) {
            add(format!("environment.{name}"), &text(value));
        }
        for (name, value) in self.labels.iter().flatten().filter(|it| !is_composes(it.0)) {
            add(format!("labels.{name}"), &text(value));
        }
        for (name, words) in [("command", self.cmd), ("entrypoint", self.entrypoint)] {
            if let Some(words) = words.filter(|it| !it.is_empty()) {
                add(name.to_owned(), &list(words));
            }
        }
        for (name, word) in [("user", self.user), ("working_dir", self.working_dir)] {
            if let Some(word) = word.filter(|it| !it.is_empty()) {
                add(name.to_owned(), &text(&word));
            }
        }
        parts
    }
}

fn is_composes(label: &str) -> bool {
    label.starts_with("com.docker.compose.")
}

fn ports(bindings: PortMap) -> Vec<Port> {
    let mut ports = Vec::new();
    for (target, bindings) in bindings {
        let (target, protocol) = target.split_once('/').unwrap_or((&target, "tcp"));
        for binding in bindings.unwrap_or_default() {
            ports.push(Port {
                host_ip: binding.host_ip.unwrap_or_default(),
                published: binding.host_port.unwrap_or_default(),
                target: target.parse().unwrap_or_default(),
                protocol: protocol.to_owned(),
            });
        }
    }
    ports.sort_by(|a, b| (&a.published, a.target).cmp(&(&b.published, b.target)));
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_compares_with_the_files_and_keeps_no_value() {
        let seen = r#"{"Config":{"Image":"redis:7","Env":["KEY=hunter2","DOLLAR=a$b","PATH=/bin"],
            "Labels":{"team":"a","com.docker.compose.service":"s",
            "com.docker.compose.project.working_dir":"/srv/app"},"Cmd":["serve","/srv/app/x"]},
            "HostConfig":{"RestartPolicy":{"Name":"unless-stopped"},
            "PortBindings":{"6379/tcp":[{"HostIp":"127.0.0.1","HostPort":"6379"}]}},
            "Mounts":[{"Type":"bind","Source":"/srv/app/conf","Destination":"/c"}]}"#;
        let image = r#"{"Config":{"Env":["PATH=/bin"],"Cmd":["idle"]}}"#;
        let digests = Digests::default();
        let seen = read(
            serde_json::from_str(seen).expect("what the engine sends"),
            Some(serde_json::from_str(image).expect("what the engine sends")),
            &digests,
        );
        let of = |it: Value| digests.of(&it, "");
        assert_eq!(seen.parts["environment.KEY"], of("hunter2".into()));
        assert_eq!(seen.parts["environment.DOLLAR"], of("a$$b".into()));
        assert_eq!(seen.parts["command"], of(serde_json::json!(["serve", "./x"])));
        assert!(!seen.parts.keys().any(|it| it.contains("compose")), "{seen:?}");
        let given = seen.given.as_ref().expect("the image is there");
        assert_eq!(given["environment.PATH"], seen.parts["environment.PATH"]);
        assert_eq!((&seen.restart[..], &seen.binds[..]), ("unless-stopped", &["conf".into()][..]));
        assert_eq!(seen.ports[0].published, "6379");
        assert!(!format!("{seen:?}").contains("hunter2"));
    }
}
