//! `[[forward]]`: localhost-only services of the host that are reached through ssh.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::names::{ForwardName, LocalPort, Port, ServiceName, UrlPath};

/// A localhost-only service on the host, and where it appears on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForwardConfig {
    /// What it is called, e.g. `language-tool`.
    pub name: ForwardName,
    /// The compose service behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceName>,
    /// The port on this machine.
    pub local: LocalPort,
    /// The port on the host.
    pub remote: Port,
    /// The path whose answer proves that the service is there.
    #[serde(default)]
    pub probe: UrlPath,
}
