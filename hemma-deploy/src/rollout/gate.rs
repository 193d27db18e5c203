//! Waiting until the services are as expected.

use hemma_core::{Progress, Report, World};
use hemma_docker::health::{self, Gated};

use crate::Config;

use super::expectations::expectations;
use super::in_force::in_force;
use super::{Error, Scope};

/// Waits until every service of the checkout is as expected.
pub async fn gate(world: &World, config: &Config, progress: &Progress) -> Result<Report, Error> {
    gate_of(world, config, &Scope::Whole, progress).await
}

/// Waits until the services of a scope are as expected.
pub async fn gate_of(
    world: &World,
    config: &Config,
    scope: &Scope,
    progress: &Progress,
) -> Result<Report, Error> {
    Ok(gated_of(world, config, scope, progress).await?.report)
}

/// Waits for the services of a scope, and also returns those that failed.
pub(super) async fn gated_of(
    world: &World,
    config: &Config,
    scope: &Scope,
    progress: &Progress,
) -> Result<Gated, Error> {
    let (files, mut project) = in_force(world, config).await?;
    scope.narrow(config, &mut project);
    let expected = expectations(&project);
    let host = &files.host;
    Ok(health::gate(world, host, &config.compose.project, &expected, progress).await)
}
