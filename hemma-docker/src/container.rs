//! The containers on a host: which exist, in which state, and restarting one.
//!
//! Absent on purpose: environments. They hold every secret of an application; only the three public
//! names that the reverse proxy reads are kept, and digests that compare within a run.

mod convert;
mod discard;
mod exec;
mod health_log;
mod inspect;
mod list;
mod only_ours;
mod origin;
mod restart;
mod status;

use std::net::IpAddr;

use hemma_core::names::ContainerName;
use serde::{Deserialize, Serialize};

pub use discard::{Discard, Discarded};
pub use exec::InContainer;
pub use health_log::{HealthLog, Probe};
pub use inspect::{ContainerDetail, Inspect, ProxyNames};
pub use list::Containers;
pub(crate) use only_ours::ONLY_OURS;
pub use origin::{Origin, OriginError, Origins};
pub use restart::{Restart, Restarted};

pub(crate) use list::read;

/// One container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The engine's id of the container.
    pub id: String,
    /// The container's name, without the leading slash.
    pub name: ContainerName,
    /// The image as it was asked for, e.g. `redis:7`.
    pub image: String,
    /// The id of the image.
    pub image_id: String,
    /// The state of the container.
    pub state: State,
    /// The state of the health check. `None` without one, and while the container does not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// The exit code, if the container has exited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// The time in this state, in the engine's words, e.g. `5 minutes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The engine's status text, e.g. `Up 5 minutes (healthy)`.
    pub status: String,
    /// The time of creation, in seconds since 1970.
    pub created: i64,
    /// The labels that Compose wrote. `None` if something else made the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compose: Option<ComposeLabels>,
    /// The ports that the engine opened on the host. None while the container does not run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Binding>,
    /// The networks that the container is connected to, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// The named volumes that are mounted into the container.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<MountedVolume>,
}

impl Container {
    /// Whether the container belongs to a compose project.
    pub fn belongs_to(&self, project: &str) -> bool {
        self.compose.as_ref().is_some_and(|it| it.project == project)
    }

    /// Whether the container is one of a service of a compose project.
    pub fn is_of(&self, project: &str, service: &str) -> bool {
        let labels = self.compose.as_ref();
        let named = labels.is_some_and(|it| it.project == project && it.service == service);
        named && !labels.is_some_and(|it| it.oneoff) && !self.is_unfinished()
    }

    /// Whether Compose left the container when it was cut while replacing another: a new container
    /// is made under the old one's id and name. It is renamed and started when the old one is gone.
    pub fn is_unfinished(&self) -> bool {
        let made_for = self.name.as_str().split_once('_').map(|(id, _)| id);
        let is_id = |it: &str| it.len() == 12 && it.bytes().all(|it| it.is_ascii_hexdigit());
        self.state == State::Created && self.compose.is_some() && made_for.is_some_and(is_id)
    }
}

/// The state of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Created, never started.
    Created,
    /// Running.
    Running,
    /// Paused by an operator.
    Paused,
    /// Exited, and about to be started again by the engine.
    Restarting,
    /// Being removed.
    Removing,
    /// Being stopped.
    Stopping,
    /// Exited.
    Exited,
    /// Dead: the engine could not remove it.
    Dead,
}

impl State {
    /// The engine's word for the state.
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

/// The state of a container's health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// The check has not passed yet.
    Starting,
    /// The check passes.
    Healthy,
    /// The check failed as often as it may.
    Unhealthy,
}

/// The labels that Compose writes on a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeLabels {
    /// The project.
    pub project: String,
    /// The service.
    pub service: String,
    /// Whether `compose run` made the container, in addition to the service's own.
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
    /// The checkout that the container was made from, as Compose wrote it; empty without the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
}

/// A volume that is mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MountedVolume {
    /// The volume's name on the host.
    pub name: String,
    /// The mount point in the container.
    pub target: String,
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
    /// The protocol.
    pub protocol: Protocol,
}

impl Binding {
    /// Whether only the host itself can reach the port.
    pub fn is_local(&self) -> bool {
        self.ip.is_loopback()
    }
}

/// The protocol of a port.
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
