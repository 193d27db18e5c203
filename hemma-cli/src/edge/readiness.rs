//! The public names that proxy and companion learn: from the compose files, and from running
//! containers.

use hemma_core::names::{NetworkName, ServiceName};
use hemma_core::{Finding, Report, World};
use hemma_deploy::Config;
use hemma_deploy::rollout;
use hemma_docker::compose::Model;
use hemma_docker::{Container, Inspect, ProxyNames};
use hemma_ingress::{proxy, reach};
use hemma_tls::readiness::{self, Declared, Expected, Running, Service, Variables};

use crate::ids;

/// The tree that a deploy would bring up decides about the names; running containers are compared
/// with it.
pub(crate) async fn readiness(world: &World, config: &Config, network: &NetworkName) -> Report {
    let situation = Box::pin(rollout::look(world, config)).await;
    let (Some(model), Some(containers)) = (situation.model(), situation.containers()) else {
        return situation.blockers();
    };
    let mut report = Report::default();
    let mut services = declared(model);
    let running = running(config, &services, containers);
    if let Err(error) = inspect(world, config, &mut services, &running).await {
        report.add(Finding::unknown(ids::PUBLIC_CONTAINERS_UNSEEN, "containers", &error));
    }
    let proxy = proxy::web(containers).map(|it| &it.name);
    let names: Vec<_> = running.iter().map(|it| it.name.clone()).collect();
    match reach::look(world, &config.host.alias, proxy, &names).await {
        Ok(seen) => reached(&mut services, &seen),
        Err(error) => report.add(Finding::unknown(ids::PUBLIC_PROXY_UNSEEN, "proxy", &error)),
    }
    let expected = |it: &hemma_deploy::config::PublicName| Expected {
        name: it.name.to_string(),
        service: it.service.to_string(),
    };
    let expected: Vec<_> = config.public.iter().map(expected).collect();
    let judged = readiness::judge(&expected, &services, network.as_str());
    report.extend(judged.findings);
    report
}

fn declared(model: &Model) -> Vec<Service> {
    let services = model.services.iter().filter(|(_, it)| it.replicas > 0);
    let service = |(name, it): (&ServiceName, &hemma_docker::compose::Service)| Service {
        name: name.to_string(),
        declared: Declared { variables: variables(&it.proxy), networks: it.networks.clone() },
        running: None,
    };
    services.map(service).collect()
}

/// The running containers of services that are, or should be, public.
fn running<'c>(
    config: &Config,
    services: &[Service],
    containers: &'c [Container],
) -> Vec<&'c Container> {
    let project = config.compose.project.as_str();
    let is_public = |it: &&Service| {
        it.declared.variables != Variables::default()
            || config.public.iter().any(|public| public.service == *it.name)
    };
    let public = services.iter().filter(is_public);
    let of = |it: &Service| containers.iter().find(|container| container.is_of(project, &it.name));
    public.filter_map(of).filter(|it| it.state == hemma_docker::State::Running).collect()
}

async fn inspect(
    world: &World,
    config: &Config,
    services: &mut [Service],
    running: &[&Container],
) -> Result<(), hemma_docker::EngineError> {
    for container in running {
        let (host, name) = (config.host.alias.clone(), container.name.clone());
        let Some(detail) = world.ask(&Inspect { host, container: name }).await? else { continue };
        let service = container.compose.as_ref().map(|it| it.service.as_str());
        if let Some(service) = services.iter_mut().find(|it| Some(it.name.as_str()) == service) {
            service.running = Some(Running {
                container: container.name.to_string(),
                variables: variables(&detail.proxy),
                networks: container.networks.clone(),
                ..Running::default()
            });
        }
    }
    Ok(())
}

fn reached(services: &mut [Service], seen: &reach::Reach) {
    for running in services.iter_mut().filter_map(|it| it.running.as_mut()) {
        running.listening = seen.listening.get(&running.container).cloned();
        running.routed.clone_from(&seen.names);
    }
}

fn variables(names: &ProxyNames) -> Variables {
    Variables {
        virtual_host: names.virtual_host.clone(),
        virtual_port: names.virtual_port.clone(),
        letsencrypt_host: names.letsencrypt_host.clone(),
    }
}
