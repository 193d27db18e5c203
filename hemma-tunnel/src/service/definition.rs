//! What a service is: its manager, its file, its program.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The name of the service for launchd; systemd uses the last two words.
pub(super) const LABEL: &str = "com.hemma.tunnel";

/// The service manager of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manager {
    /// macOS.
    Launchd,
    /// Linux.
    Systemd,
}

impl Manager {
    /// The service manager of this kind of machine.
    pub fn here() -> Self {
        if cfg!(target_os = "macos") { Self::Launchd } else { Self::Systemd }
    }
}

/// A tunnel as a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The service manager.
    pub manager: Manager,
    /// The user's home directory.
    pub home: PathBuf,
    /// The program, as an absolute path: a service has no working directory.
    pub program: PathBuf,
    /// The arguments of the program.
    pub arguments: Vec<String>,
    /// The `PATH` on which `ssh` and the programs of the ssh configuration are found.
    pub path: String,
    /// The ssh agent's socket, if it stays the same after a login; see [`lasting_agent`](super::lasting_agent).
    pub agent: Option<String>,
    /// The file to which launchd writes output from before the tunnel's own log.
    pub log: PathBuf,
}

/// The name of the service for systemd.
pub(super) const UNIT: &str = "hemma-tunnel.service";

impl Service {
    /// The path of the service's file.
    pub fn file(&self) -> PathBuf {
        match self.manager {
            Manager::Launchd => self.home.join(format!("Library/LaunchAgents/{LABEL}.plist")),
            Manager::Systemd => self.home.join(".config/systemd/user").join(UNIT),
        }
    }

    pub(super) fn environment(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let agent = self.agent.as_deref().map(|it| ("SSH_AUTH_SOCK", it));
        std::iter::once(("PATH", self.path.as_str())).chain(agent)
    }
}
