//! Waiting until the services are as expected.

use hemma_core::names::ProjectName;
use hemma_core::{Host, Progress, Report, World};
use hemma_docker::health::{self, Expectation, Gated};

use crate::Config;
use crate::lock::WaitUntilLost;

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
    wait(world, &files.host, &config.compose.project, &expected, progress).await
}

/// Waits until services are as expected, or until this run loses its lock.
pub(super) async fn wait(
    world: &World,
    host: &Host,
    project: &ProjectName,
    expected: &[Expectation],
    progress: &Progress,
) -> Result<Gated, Error> {
    let gate = health::gate(world, host, project, expected, progress);
    tokio::select! {
        biased;
        gated = gate => Ok(gated),
        lost = lock_lost(world, host) => Err(lost),
    }
}

/// Waits until another operator has released this run's lock. Then it cannot keep the release that
/// it waits for, nor take it back, so there is nothing left to wait for.
async fn lock_lost(world: &World, host: &Host) -> Error {
    match world.ask_again(&WaitUntilLost { host: host.clone() }).await {
        Ok(said) => Error::LostLock { host: host.clone(), said },
        Err(_) => std::future::pending().await,
    }
}
