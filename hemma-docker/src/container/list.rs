//! The list of all containers, and parsing it.

use std::net::{IpAddr, Ipv4Addr};

use bollard::models::{
    ContainerSummary, ContainerSummaryStateEnum, MountPoint, PortSummary, PortSummaryTypeEnum,
};
use bollard::query_parameters::ListContainersOptionsBuilder;
use hemma_core::names::NameError;
use hemma_core::text::plain;
use hemma_core::{Host, Live, Question};
use serde::Serialize;

use super::status::Status;
use super::{Binding, ComposeLabels, Container, MountedVolume, Protocol, State};
use crate::engine::{EngineError, USUAL_LIMIT, call};

/// Asks for all containers on a host, including those that do not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Containers {
    /// Where the engine is.
    pub host: Host,
}

impl Question for Containers {
    const KIND: &'static str = "docker.containers";
    type Answer = Vec<Container>;
    type Error = EngineError;

    async fn ask(&self, live: &Live) -> Result<Vec<Container>, EngineError> {
        let list = call(live, &self.host, USUAL_LIMIT, |docker| async move {
            let all = ListContainersOptionsBuilder::new().all(true).build();
            docker.list_containers(Some(all)).await
        });
        let seen = list.await?.into_iter().map(read).collect::<Result<Vec<_>, _>>();
        let mut seen = seen.map_err(|reason| EngineError::unreadable(&self.host, &reason))?;
        // The engine lists the newest first; sorted by name, two looks at one state are equal.
        seen.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(seen)
    }
}

pub(crate) fn read(seen: ContainerSummary) -> Result<Container, String> {
    let id = seen.id.ok_or("a container without an id")?;
    let state = seen.state.and_then(state).ok_or_else(|| format!("container {id} has no state"))?;
    // Links give a container further names, which have a slash inside.
    let names = seen.names.unwrap_or_default();
    let name = names.iter().filter_map(|it| it.strip_prefix('/')).find(|it| !it.contains('/'));
    let name = name.ok_or_else(|| format!("container {id} has no name"))?;
    let name = name.parse().map_err(|error: NameError| error.to_string())?;
    let text = seen.status.unwrap_or_default();
    let status = Status::parse(&text);
    let networks = seen.network_settings.and_then(|it| it.networks).unwrap_or_default();
    let mut networks: Vec<String> = networks.into_keys().collect();
    networks.sort();
    let mut ports: Vec<Binding> = seen.ports.iter().flatten().filter_map(binding).collect();
    ports.sort();
    ports.dedup();
    let labels = seen.labels.unwrap_or_default();
    Ok(Container {
        id,
        name,
        image: seen.image.unwrap_or_default(),
        image_id: seen.image_id.unwrap_or_default(),
        state,
        health: status.health,
        exit_code: status.exit_code,
        since: status.since,
        status: plain(&text, 100),
        created: seen.created.unwrap_or_default(),
        compose: compose_labels(|key| labels.get(key).cloned()),
        ports,
        networks,
        volumes: seen.mounts.into_iter().flatten().filter_map(volume).collect(),
    })
}

/// A named volume. An anonymous one has a long name that the engine made up, and the next container
/// gets another.
fn volume(seen: MountPoint) -> Option<MountedVolume> {
    let name = seen.name.filter(|_| seen.typ.as_deref() == Some("volume"))?;
    let made_up = name.len() == 64 && name.bytes().all(|it| it.is_ascii_hexdigit());
    (!made_up).then_some(MountedVolume { name, target: seen.destination? })
}

fn state(seen: ContainerSummaryStateEnum) -> Option<State> {
    use ContainerSummaryStateEnum as Seen;
    Some(match seen {
        Seen::CREATED => State::Created,
        Seen::RUNNING => State::Running,
        Seen::PAUSED => State::Paused,
        Seen::RESTARTING => State::Restarting,
        Seen::REMOVING => State::Removing,
        Seen::STOPPING => State::Stopping,
        Seen::EXITED => State::Exited,
        Seen::DEAD => State::Dead,
        Seen::EMPTY => return None,
    })
}

/// A published port. One that is only exposed is not open on the host.
fn binding(seen: &PortSummary) -> Option<Binding> {
    // Without an address the engine means all of them; an unreadable address is read the same way.
    let ip = seen.ip.as_deref().and_then(|it| it.parse().ok());
    Some(Binding {
        ip: ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        published: seen.public_port?,
        target: seen.private_port,
        protocol: match seen.typ {
            Some(PortSummaryTypeEnum::UDP) => Protocol::Udp,
            Some(PortSummaryTypeEnum::SCTP) => Protocol::Sctp,
            Some(PortSummaryTypeEnum::TCP | PortSummaryTypeEnum::EMPTY) | None => Protocol::Tcp,
        },
    })
}

fn compose_labels(label: impl Fn(&str) -> Option<String>) -> Option<ComposeLabels> {
    let of = |key: &str| label(&format!("com.docker.compose.{key}"));
    let files = of("project.config_files").unwrap_or_default();
    Some(ComposeLabels {
        project: of("project")?,
        service: of("service")?,
        // Compose writes the boolean as Python does, `True` with a capital.
        oneoff: of("oneoff").is_some_and(|it| it.eq_ignore_ascii_case("true")),
        config_hash: of("config-hash"),
        config_files: files.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        image: of("image"),
        working_dir: Some(of("project.working_dir").unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list_of(json: &str) -> Result<Container, String> {
        read(serde_json::from_str(json).expect("what the engine sends"))
    }

    #[test]
    fn what_the_engine_lists_is_read() {
        let seen = list_of(
            r#"{"Id":"4f1d","Names":["/other/alias","/huleedu_web"],"Image":"huleedu-web",
            "ImageID":"sha256:ab","Created":1770465600,"State":"running",
            "Status":"Up 5 minutes (healthy)","Labels":{"com.docker.compose.project":"huleedu",
            "com.docker.compose.service":"web","com.docker.compose.oneoff":"False",
            "com.docker.compose.config-hash":"c0ffee","SECRET":"hunter2",
            "com.docker.compose.project.config_files":"/x/a.yml,/x/b.yml",
            "com.docker.compose.project.working_dir":"/x"},
            "Ports":[{"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},
            {"IP":"127.0.0.1","PrivatePort":53,"PublicPort":53,"Type":"udp"},
            {"PrivatePort":443,"Type":"tcp"}],
            "Mounts":[{"Type":"volume","Name":"huleedu_web","Destination":"/data"},
            {"Type":"bind","Source":"/x","Destination":"/x"},
            {"Type":"volume","Name":"0000000000000000000000000000000000000000000000000000000000000000",
            "Destination":"/y"}],
            "NetworkSettings":{"Networks":{"hule-network":{},"bridge":{}}}}"#,
        );
        let seen = seen.expect("it has an id, a name and a state");
        assert_eq!(seen.name.as_str(), "huleedu_web");
        assert!(seen.is_of("huleedu", "web"));
        let compose = seen.compose.clone().expect("Compose made it");
        assert_eq!(compose.config_files, ["/x/a.yml", "/x/b.yml"]);
        assert_eq!(seen.networks, ["bridge", "hule-network"]);
        let volumes: Vec<_> = seen.volumes.iter().map(|it| (&*it.name, &*it.target)).collect();
        assert_eq!(volumes, [("huleedu_web", "/data")]);
        assert_eq!(compose.working_dir.as_deref(), Some("/x"));
        let ports: Vec<_> = seen.ports.iter().map(|it| (it.published, it.is_local())).collect();
        assert_eq!(ports, [(53, true), (8080, false)]);
        assert!(!format!("{seen:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_not_understood_is_never_left_out() {
        let rows = [
            (r#"{"Names":["/a"],"State":"running"}"#, "a container without an id"),
            (r#"{"Id":"4f1d","Names":["/a"]}"#, "container 4f1d has no state"),
            (r#"{"Id":"4f1d","State":"running"}"#, "container 4f1d has no name"),
        ];
        for (json, reason) in rows {
            assert_eq!(list_of(json), Err(reason.to_owned()));
        }
    }
}
