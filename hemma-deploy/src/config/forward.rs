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

/// HuleEdu's research services.
pub(super) fn usual() -> Vec<ForwardConfig> {
    let rows = [
        ("language-tool", "language_tool_service", 18085, 8085),
        ("embeddings", "essay_embed_offload", 19000, 9000),
    ];
    let forward = |(name, service, local, remote): (&str, &str, u16, u16)| ForwardConfig {
        name: name.parse().expect("a plain word names a forward"),
        service: Some(service.parse().expect("a plain word is a service")),
        local: local.try_into().expect("above 1023"),
        remote: remote.try_into().expect("above 0"),
        probe: UrlPath::default(),
    };
    rows.map(forward).to_vec()
}
