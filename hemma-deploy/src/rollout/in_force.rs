//! The compose files in force on the host, and what they resolve to.

use std::collections::BTreeMap;

use hemma_core::World;
use hemma_core::names::{ServiceName, UrlPath};
use hemma_docker::Containers;
use hemma_docker::compose::{ComposeFiles, LookModel, Model, ModelAnswer, Service};
use hemma_git::Tree;

use crate::Config;

use super::Error;
use crate::layers::layers_in_force;
use crate::layers::{Layers, compose_files};

/// The project that the compose files in the checkout resolve to.
pub(super) async fn resolve(
    world: &World,
    config: &Config,
    asked: LookModel,
) -> Result<Model, Error> {
    match world.ask(&asked).await.map_err(Error::Model)? {
        ModelAnswer::Resolved(mut model) => {
            config.settle(&mut model);
            Ok(model)
        }
        ModelAnswer::Refused(refusal) => Err(Error::Refused(refusal)),
    }
}

/// The files in force on the host, and the project that they resolve to.
pub(super) async fn in_force(
    world: &World,
    config: &Config,
) -> Result<(ComposeFiles, Model), Error> {
    let host = config.host.alias.clone();
    let main = compose_files(config, Layers::Main);
    let asked = Containers { host };
    let (containers, seen) =
        tokio::join!(world.ask(&asked), resolve(world, config, without_hashes(&main)));
    let containers = containers.map_err(Error::Engine)?;
    match layers_in_force(config, &containers) {
        Layers::Main => Ok((main, seen?)),
        Layers::Research => {
            let files = compose_files(config, Layers::Research);
            let model = resolve(world, config, without_hashes(&files)).await?;
            Ok((files, model))
        }
    }
}

/// The files in force where those of the checkout may be unreadable: then it is not known what they
/// resolve to.
pub(super) async fn in_force_if_readable(
    world: &World,
    config: &Config,
) -> Result<(ComposeFiles, Option<Model>), Error> {
    match in_force(world, config).await {
        Ok((files, model)) => Ok((files, Some(model))),
        Err(Error::Refused(_)) => {
            let asked = Containers { host: config.host.alias.clone() };
            let containers = world.ask(&asked).await.map_err(Error::Engine)?;
            Ok((compose_files(config, layers_in_force(config, &containers)), None))
        }
        Err(error) => Err(error),
    }
}

pub(super) fn without_hashes(files: &ComposeFiles) -> LookModel {
    LookModel { files: files.clone(), tree: Tree::Checkout.workdir(), hashes: false }
}

/// The path that each service's own health check asks, where it asks by HTTP and at the port that
/// the proxy leads to, as far as the files say.
pub async fn health_paths(
    world: &World,
    config: &Config,
) -> Result<BTreeMap<ServiceName, UrlPath>, Error> {
    let (_, model) = in_force(world, config).await?;
    Ok(paths(&model))
}

fn paths(model: &Model) -> BTreeMap<ServiceName, UrlPath> {
    let path = |(name, service): (&ServiceName, &Service)| {
        let check = service.healthcheck.as_ref()?.http.as_ref()?;
        let leads = service.proxy.virtual_port.as_deref();
        let is_same = leads.is_none_or(|it| it.trim() == check.port.to_string());
        is_same.then(|| (name.clone(), check.path.clone()))
    };
    model.services.iter().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::{Healthcheck, HttpCheck};
    use hemma_docker::testing::service_name;

    use super::*;

    #[test]
    fn a_health_check_at_another_port_says_nothing_of_the_public_one() {
        let service = |http: Option<HttpCheck>, port: Option<&str>| {
            let mut service = Service::default();
            let healthcheck =
                Healthcheck { interval_ms: 1, timeout_ms: 1, retries: 1, start_period_ms: 0, http };
            service.healthcheck = Some(healthcheck);
            service.proxy.virtual_port = port.map(str::to_owned);
            service
        };
        let up = || Some(HttpCheck { port: 8080, path: "/up".parse().expect("a path") });
        let rows = [
            ("a", service(up(), None), true),
            ("b", service(up(), Some("8080")), true),
            ("c", service(up(), Some("9090")), false),
            ("d", service(None, None), false),
            ("e", Service::default(), false),
        ];
        let services = rows.iter().map(|it| (service_name(it.0), it.1.clone())).collect();
        let paths = paths(&Model { services, ..Model::default() });
        for (name, _, is_known) in rows {
            assert_eq!(paths.contains_key(&service_name(name)), is_known, "{name}");
        }
    }
}
