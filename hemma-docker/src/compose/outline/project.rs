//! A compose project as its files describe it, as a value.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::database::DatabaseUse;
use super::line::{Line, Placed};
use super::names::PublicHost;

/// A compose project as its files describe it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The project's `name:`, if it is plain or has a default.
    pub name: Option<Placed<String>>,
    /// The services by name, those of profiles included.
    pub services: BTreeMap<String, ServiceOutline>,
    /// The names of external networks on the host, by their names in the files.
    pub external_networks: BTreeMap<String, String>,
    /// The variables that have no default in the files.
    pub variables: BTreeMap<String, VariableUse>,
    /// What could not be read, in words.
    pub unread: Vec<String>,
}

/// The use of a variable without a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableUse {
    /// Whether Compose refuses the files without a value (`${NAME:?}`).
    pub is_required: bool,
    /// The first line that uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
}

/// A service as the files describe it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceOutline {
    /// The line of the service.
    pub line: Option<Line>,
    /// The image, if it is given.
    pub image: Option<String>,
    /// Whether the image is built.
    pub is_built: bool,
    /// The restart policy.
    pub restart: Option<Placed<String>>,
    /// Whether it has a health check.
    pub has_healthcheck: bool,
    /// The published ports.
    pub ports: Vec<Placed<PublishedPort>>,
    /// The public names by which a reverse proxy should know it.
    pub public: Vec<PublicHost>,
    /// The names of its networks in the files.
    pub networks: Vec<String>,
    /// Its profiles.
    pub profiles: Vec<String>,
    /// The services that it waits for, each with the condition.
    pub depends_on: BTreeMap<String, Placed<String>>,
    /// The databases that its environment names.
    pub databases: Vec<DatabaseUse>,
    /// Its files of variables.
    pub env_files: Vec<String>,
    /// The files and directories of the repository that it mounts, with the mount points.
    pub mounts: Vec<(String, String)>,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPort {
    /// The address on the host; empty for all.
    pub host_ip: String,
    /// The port on the host; `None` where the engine chooses it or the files leave it open.
    pub published: Option<u16>,
    /// The port in the container.
    pub target: Option<u16>,
    /// Whether it is a port of TCP.
    pub is_tcp: bool,
}

impl PublishedPort {
    /// Whether only the host itself can reach it.
    pub fn is_local(&self) -> bool {
        self.host_ip.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
    }
}

impl Outline {
    /// The most files that are read for one project, included ones counted.
    pub const FILES_MAX: usize = 64;

    /// The project as Compose resolved it, with the lines of `files`, which are the same files read
    /// without Compose.
    #[must_use]
    pub fn with_lines_of(mut self, files: &Self) -> Self {
        // Compose also says the directory's name, which is not the host's.
        self.name.clone_from(&files.name);
        for (name, service) in &mut self.services {
            if let Some(other) = files.services.get(name) {
                service.take_lines(other);
            }
        }
        for (name, used) in &mut self.variables {
            used.line = files.variables.get(name).and_then(|it| it.line.clone());
        }
        // Compose leaves out what is in no active profile, where it is older than that wish.
        for (name, other) in files.services.iter().filter(|it| !it.1.profiles.is_empty()) {
            self.services.entry(name.clone()).or_insert_with(|| other.clone());
        }
        self
    }

    /// The services that others wait for until they have ended.
    pub fn awaited(&self) -> BTreeMap<&str, Option<&Line>> {
        let all = self.services.values().flat_map(|it| &it.depends_on);
        let ended = all.filter(|it| it.1.value == "service_completed_successfully");
        ended.map(|(name, it)| (name.as_str(), it.line.as_ref())).collect()
    }

    /// All profiles.
    pub fn profiles(&self) -> BTreeSet<&str> {
        self.services.values().flat_map(|it| it.profiles.iter().map(String::as_str)).collect()
    }
}

impl ServiceOutline {
    fn take_lines(&mut self, other: &Self) {
        self.line.clone_from(&other.line);
        if let (Some(own), Some(theirs)) = (&mut self.restart, &other.restart) {
            own.line.clone_from(&theirs.line);
        }
        for own in &mut self.ports {
            let same = other.ports.iter().find(|it| it.value.target == own.value.target);
            own.line = same.and_then(|it| it.line.clone());
        }
        for own in &mut self.public {
            let same = other.public.iter().find(|it| it.text == own.text);
            own.line = same.and_then(|it| it.line.clone());
        }
        for (name, own) in &mut self.depends_on {
            own.line = other.depends_on.get(name).and_then(|it| it.line.clone());
        }
        for own in &mut self.databases {
            let same = other.databases.iter().find(|it| it.host == own.host);
            own.line = same.and_then(|it| it.line.clone());
        }
    }

    /// The image's own name, without registry, directories and tag: `postgres` of
    /// `docker.io/library/postgres:17`.
    pub fn image_name(&self) -> Option<&str> {
        let last = self.image.as_deref()?.rsplit('/').next()?;
        last.split(['@', ':']).next()
    }
}
