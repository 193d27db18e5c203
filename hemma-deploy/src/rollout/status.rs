//! The status: every look at what runs on the host, at once.

use hemma_core::storage;
use hemma_core::{Report, World};
use hemma_docker::compose::Model;
use hemma_docker::health;
use hemma_git::checkout;

use crate::Config;
use crate::ids;

use super::Situation;
use super::expectations::expectations;
use super::in_force::in_force;
use crate::{host_tools, lock, shared_proxy};

/// The status of everything, without changing anything.
pub async fn status(world: &World, config: &Config) -> Report {
    let (host, spec) = (&config.host.alias, config.into());
    let (tools, proxy, checkout, services, release) = tokio::join!(
        host_tools::verify(world, host),
        shared_proxy::verify(world, config),
        checkout::verify(world, &spec),
        health(world, config),
        lock::unproven(world, config),
    );
    if let Some(report) = tools.out_of_reach() {
        return report;
    }
    tools
        .findings
        .into_iter()
        .chain(proxy)
        .chain(checkout.findings)
        .chain(match release {
            Ok(unproven) => unproven.map(|it| it.finding()),
            Err(error) => {
                Some(storage::unknown(host, ids::RELEASE_PROOF_UNSEEN, "release", &error))
            }
        })
        .chain(services.findings)
        .collect()
}

/// The state of the services of the project.
pub async fn health(world: &World, config: &Config) -> Report {
    match in_force(world, config).await {
        Ok((_, model)) => health_of(world, config, &model).await,
        Err(super::Error::Refused(refusal)) => Report::from_iter([refusal.finding()]),
        Err(error) => Report::from_iter([{
            let (host, id) = (&config.host.alias, hemma_docker::ids::SERVICE_UNSEEN);
            storage::unknown(host, id, "services", &error)
        }]),
    }
}

/// The state of the services in the scope of a situation.
pub async fn health_as_seen(world: &World, situation: &Situation) -> Report {
    match situation.model() {
        Some(model) => health_of(world, &situation.config, model).await,
        None => health(world, &situation.config).await,
    }
}

async fn health_of(world: &World, config: &Config, model: &Model) -> Report {
    let (host, project) = (&config.host.alias, &config.compose.project);
    health::verify(world, host, project, &expectations(model)).await
}
