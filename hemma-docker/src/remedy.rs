//! What this crate proposes to do about its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use hemma_core::names::{EnvKey, NetworkName, RegistryName};
use serde::{Deserialize, Serialize};

/// A remedy for an engine, its containers and its compose files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Create the external network.
    CreateNetwork(NetworkName),
    /// Give a variable of `.env` a value.
    SetEnv(EnvKey),
    /// Edit the `.env` of the compose files, or create it.
    EditEnvFile,
    /// Find out why a compose service has no container, and start it.
    StartService(String),
    /// Read the log of a compose service.
    ShowLogs(String),
    /// Start a compose service so that a port of the host, on loopback only, leads to it.
    PublishOnLoopback {
        /// The compose service.
        service: String,
        /// The port of the host.
        port: u16,
    },
    /// Log the engine's command line in to a registry.
    LogIn(RegistryName),
    /// Wait until a registry takes requests again, or log in to it.
    WaitForRegistry(RegistryName),
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateNetwork(name) => write!(f, "create the network {name}"),
            Self::SetEnv(key) => write!(f, "give {key} a value in .env"),
            Self::EditEnvFile => f.write_str("edit the .env next to the compose files"),
            Self::StartService(service) => {
                write!(f, "find out why {service} has no container, and start it")
            }
            Self::ShowLogs(service) => write!(f, "read the log of {service}"),
            Self::PublishOnLoopback { service, port } => {
                write!(f, "start {service} so that 127.0.0.1:{port} on the host leads to it")
            }
            Self::LogIn(registry) => {
                write!(f, "log docker on the host in to {registry}, as root if it runs under sudo")
            }
            Self::WaitForRegistry(registry) => {
                write!(f, "wait until the limit of {registry} has passed, or log in to it")
            }
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-docker";
}
