//! What must hold before the first step of the runbook.
//!
//! Runbook: preconditions.

use hemma_core::{Report, World};
use hemma_docker::network;
use hemma_ingress::proxy;

use crate::Config;

use crate::host_tools;

/// Whether the host can be reached as somebody who is not root, has its tools, runs the shared
/// reverse proxy, and has the external network.
pub async fn verify(world: &World, config: &Config) -> Report {
    let (host, ingress) = (&config.host.alias, config.into());
    let (tools, proxy, network) = tokio::join!(
        host_tools::verify(world, host),
        proxy::verify(world, &ingress),
        network::verify(world, host, &config.compose.network),
    );
    if let Some(report) = tools.out_of_reach() {
        return report;
    }
    tools.findings.into_iter().chain(proxy).chain([network]).collect()
}
