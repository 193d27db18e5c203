//! What must hold before the first step of the runbook.
//!
//! Runbook: preconditions.

use hemma_core::{Config, Report, World};

use crate::{host_tools, network, proxy};

/// Whether the host can be reached as somebody who is not root, has its tools, runs the shared
/// reverse proxy, and has the external network.
pub async fn verify(world: &World, config: &Config) -> Report {
    let host = &config.host.alias;
    let (tools, proxy, network) = tokio::join!(
        host_tools::verify(world, host),
        proxy::verify(world, config),
        network::verify(world, host, &config.compose.network),
    );
    if let Some(report) = host_tools::out_of_reach(&tools) {
        return report;
    }
    tools.into_iter().chain(proxy).chain([network]).collect()
}
