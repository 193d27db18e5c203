//! What must hold before the first step of the runbook.
//!
//! Runbook: preconditions.

use crate::Config;
use hemma_core::{Report, World};

use crate::{host_tools, shared_proxy};

/// Whether the host can be reached as somebody who is not root, has its tools, and, where the
/// application shares a reverse proxy with others, runs it and has its network.
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
