//! Every look of the runbook at once.

use hemma_core::{Config, Report, World};

use super::Scope;
use super::apply::in_force;
use super::expectations::expectations;
use crate::{checkout, health, host_tools, network, proxy, storage};

/// How everything stands, without changing anything.
pub async fn status(world: &World, config: &Config) -> Report {
    let host = &config.host.alias;
    let (tools, proxy, network, checkout, services) = tokio::join!(
        host_tools::verify(world, host),
        proxy::verify(world, config),
        network::verify(world, host, &config.compose.network),
        checkout::verify(world, config),
        health(world, config),
    );
    if let Some(report) = host_tools::out_of_reach(&tools) {
        return report;
    }
    tools
        .into_iter()
        .chain(proxy)
        .chain([network])
        .chain(checkout.findings)
        .chain(services.findings)
        .collect()
}

/// How the services of the project stand.
pub async fn health(world: &World, config: &Config) -> Report {
    health_of(world, config, &Scope::Whole).await
}

/// How those of them stand that a scope is about.
pub async fn health_of(world: &World, config: &Config, scope: &Scope) -> Report {
    match in_force(world, config).await {
        Ok((files, mut model)) => {
            scope.narrow(config, &mut model);
            let expected = expectations(&model);
            health::verify(world, &files.host, &config.compose.project, &expected).await
        }
        Err(super::Error::Refused(refusal)) => Report::from_iter([refusal.finding()]),
        Err(error) => Report::from_iter([storage::unknown(&config.host.alias, "services", &error)]),
    }
}
