//! The containers on a host: what there is, how each stands, and starting one again.
//!
//! Absent on purpose: environments. They hold every secret of an application; of each only the
//! three public names that the reverse proxy reads are kept, and digests that compare within a run.

mod convert;
mod discard;
mod exec;
mod health_log;
mod inspect;
mod list;
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
pub(crate) use origin::ONLY_OURS;
pub use origin::{Origin, OriginError, Origins};
pub use restart::{Restart, Restarted};

pub(crate) use list::read;

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
    /// The named volumes that are mounted into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<MountedVolume>,
}

impl Container {
    /// Whether it belongs to a compose project.
    pub fn belongs_to(&self, project: &str) -> bool {
        self.compose.as_ref().is_some_and(|it| it.project == project)
    }

    /// Whether it is the container of a service of a compose project.
    pub fn is_of(&self, project: &str, service: &str) -> bool {
        let labels = self.compose.as_ref();
        let named = labels.is_some_and(|it| it.project == project && it.service == service);
        named && !labels.is_some_and(|it| it.oneoff) && !self.is_unfinished()
    }

    /// Whether it is what Compose left when it was cut while replacing a container: the new one is
    /// made under the old one's id and name, and gets its own name, and is started, when the old
    /// one is gone.
    pub fn is_unfinished(&self) -> bool {
        let made_for = self.name.as_str().split_once('_').map(|(id, _)| id);
        let is_id = |it: &str| it.len() == 12 && it.bytes().all(|it| it.is_ascii_hexdigit());
        self.state == State::Created && self.compose.is_some() && made_for.is_some_and(is_id)
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The checkout that it was made from, as Compose wrote it; empty where it wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
}

/// A volume in a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MountedVolume {
    /// Its name on the host.
    pub name: String,
    /// Where it is in the container.
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
