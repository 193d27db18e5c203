//! The preconditions of the first step of the runbook.
//!
//! Runbook: preconditions.

use crate::Config;
use hemma_core::{Report, World};

use crate::{host_tools, shared_proxy};

/// Whether ssh reaches the host as a user other than root, the host has its tools, and, where the
/// application shares a reverse proxy with others, the proxy and its network are there.
pub async fn verify(world: &World, config: &Config) -> Report {
    let (tools, proxy) = tokio::join!(
        host_tools::verify(world, &config.host.alias),
        shared_proxy::verify(world, config),
    );
    if let Some(report) = tools.out_of_reach() {
        return report;
    }
    tools.findings.into_iter().chain(proxy).collect()
}
