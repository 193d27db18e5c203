//! `[host]`: the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use hemma_core::Host;
use hemma_core::names::{CheckoutPath, LocalPath};

/// The server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostConfig {
    /// An entry of the operator's own ssh configuration. Without it, the command line has to name one.
    #[serde(skip_serializing_if = "is_unnamed")]
    pub alias: Host,
    /// Where the repository is checked out on the host. Without it, the directory below `~/apps` that
    /// is called as the repository's directory on this machine.
    pub checkout: CheckoutPath,
    /// Another ssh configuration file on this machine, instead of `~/.ssh/config`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_config: Option<LocalPath>,
}

/// The placeholder for the alias where none is named: no host answers to it.
const UNNAMED: &str = "no-host-is-named";

fn is_unnamed(alias: &Host) -> bool {
    alias.as_str() == UNNAMED
}

impl HostConfig {
    /// Whether the file, or the command line, names a host.
    pub fn is_named(&self) -> bool {
        !is_unnamed(&self.alias)
    }
}

impl Default for HostConfig {
    fn default() -> Self {
        Self {
            alias: UNNAMED.parse().expect("a plain word is a host alias"),
            checkout: "~/apps/app".parse().expect("it is below the home directory"),
            ssh_config: None,
        }
    }
}
