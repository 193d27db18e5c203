//! The containers on a host: what there is, how each stands, and starting one again.
//!
//! Absent on purpose: environments. They hold every secret of an application; of each only the
//! three public names that the reverse proxy reads are kept.

mod inspect;
mod name;
mod restart;
mod status;

use std::net::{IpAddr, Ipv4Addr};

use bollard::models::{
    ContainerSummary, ContainerSummaryStateEnum, PortSummary, PortSummaryTypeEnum,
};
use bollard::query_parameters::ListContainersOptionsBuilder;
use hemma_core::{Host, Live, Question};
use serde::{Deserialize, Serialize};

pub use inspect::{ContainerDetail, HealthLog, Inspect, Probe, ProxyNames};
pub use name::{ContainerName, ContainerNameError};
pub use restart::{Restart, Restarted};

use crate::engine::{EngineError, USUAL_LIMIT, call};
use crate::text::plain;
use status::Status;

/// Asks for all containers on a host, also those that do not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Containers {
    /// Where the engine is.
    pub host: Host,
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The engine's own id for it.
    pub id: String,
    /// Its name, without the leading slash.
    pub name: ContainerName,
    /// The image as it was asked for, e.g. `redis:7`.
    pub image: String,
    /// The id of that image.
    pub image_id: String,
    /// How it stands.
    pub state: State,
    /// What its own health check says. `None` without one, and while it does not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// How it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// For how long, in the engine's words, e.g. `5 minutes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// All of this in the engine's words, e.g. `Up 5 minutes (healthy)`.
    pub status: String,
    /// When it was created, in seconds since 1970.
    pub created: i64,
    /// What Compose wrote on it. `None` if something else made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compose: Option<ComposeLabels>,
    /// The ports that the engine opened for it on the host. None while it does not run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Binding>,
    /// The networks it is connected to, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
}

impl Container {
    /// Whether it belongs to a compose project.
    pub fn belongs_to(&self, project: &str) -> bool {
        self.compose.as_ref().is_some_and(|it| it.project == project)
    }

    /// Whether it is the container of a service of a compose project.
    pub fn is_of(&self, project: &str, service: &str) -> bool {
        let labels = self.compose.as_ref();
        labels.is_some_and(|it| it.project == project && it.service == service && !it.oneoff)
    }
}

/// How a container stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Made, never started.
    Created,
    /// Runs.
    Running,
    /// Stopped in the middle by an operator.
    Paused,
    /// Ended, and waits for the engine to start it again.
    Restarting,
    /// Is being removed.
    Removing,
    /// Is being stopped.
    Stopping,
    /// Ended.
    Exited,
    /// Could not be removed.
    Dead,
}

impl State {
    /// The engine's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Stopping => "stopping",
            Self::Exited => "exited",
            Self::Dead => "dead",
        }
    }
}

/// What a container's own health check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It has not passed yet.
    Starting,
    /// It passed.
    Healthy,
    /// It failed as often as it may.
    Unhealthy,
}

/// What Compose writes on a container it makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeLabels {
    /// The project.
    pub project: String,
    /// The service.
    pub service: String,
    /// Whether `compose run` made it, beside the service.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub oneoff: bool,
    /// The hash of the service's configuration at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_hash: Option<String>,
    /// The compose files at that time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config_files: Vec<String>,
    /// The id of the service's image at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// A port that the engine opened on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Binding {
    /// The host's address; the unspecified one means all of them.
    pub ip: IpAddr,
    /// The port on the host.
    pub published: u16,
    /// The port in the container.
    pub target: u16,
    /// What is spoken on it.
    pub protocol: Protocol,
}

impl Binding {
    /// Whether only the host itself reaches it.
    pub fn is_local(&self) -> bool {
        self.ip.is_loopback()
    }
}

/// What is spoken on a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
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
        let seen = list.await?.into_iter().map(container).collect::<Result<Vec<_>, _>>();
        let mut seen = seen.map_err(|reason| EngineError::unreadable(&self.host, &reason))?;
        // The engine lists the newest first; by name, two looks at the same state read the same.
        seen.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(seen)
    }
}

fn container(seen: ContainerSummary) -> Result<Container, String> {
    let id = seen.id.ok_or("a container without an id")?;
    let state = seen.state.and_then(state).ok_or_else(|| format!("container {id} has no state"))?;
    // Links give a container further names, which have a slash inside.
    let names = seen.names.unwrap_or_default();
    let name = names.iter().filter_map(|it| it.strip_prefix('/')).find(|it| !it.contains('/'));
    let name = name.ok_or_else(|| format!("container {id} has no name"))?;
    let name = name.parse().map_err(|error: ContainerNameError| error.to_string())?;
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
    })
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

/// A port that is exposed and not published is not open on the host.
fn binding(seen: &PortSummary) -> Option<Binding> {
    // Without an address the engine means all of them; so does one that we cannot read.
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
        // Compose writes it as Python would, `True` with a capital.
        oneoff: of("oneoff").is_some_and(|it| it.eq_ignore_ascii_case("true")),
        config_hash: of("config-hash"),
        config_files: files.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        image: of("image"),
    })
}
