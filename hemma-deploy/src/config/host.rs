//! `[host]`: the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::Host;
use hemma_core::names::{CheckoutPath, LocalPath};

/// The server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostConfig {
    /// An entry of the operator's own ssh configuration.
    pub alias: Host,
    /// Where the repository is checked out on the host.
    pub checkout: CheckoutPath,
    /// Another ssh configuration file on this machine, instead of `~/.ssh/config`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_config: Option<LocalPath>,
}

impl Default for HostConfig {
    fn default() -> Self {
        let alias = "hemma".parse().expect("a plain word is a host alias");
        Self { alias, checkout: CheckoutPath::default(), ssh_config: None }
    }
}
