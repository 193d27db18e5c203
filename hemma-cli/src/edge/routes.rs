//! The routes of a `hemma.toml`: what is asked at each public name, and what is expected there.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use hemma_core::names::{ServiceName, UrlPath};
use hemma_core::{Finding, Hint, Report, World};
use hemma_deploy::config::{Expectation, PublicName, StatusCode};
use hemma_deploy::{Config, rollout};
use hemma_tls::routing::{Expect, Route};
use hemma_tls::{Site, ids};

use crate::Failure;

/// The paths of the services' own health checks, if a public name has none in `hemma.toml`. Where
/// the compose files cannot be read, the front page is asked; the finding has the path.
pub(super) async fn paths(world: &World, config: &Config) -> BTreeMap<ServiceName, UrlPath> {
    if config.public.iter().all(|it| it.health.is_some()) {
        return BTreeMap::new();
    }
    rollout::health_paths(world, config).await.unwrap_or_default()
}

pub(super) fn route(
    config: &Config,
    public: &PublicName,
    address: IpAddr,
    paths: &BTreeMap<ServiceName, UrlPath>,
) -> Result<Route, Failure> {
    let site = site(config, public, (address, config.edge.https.get()).into())?;
    let path = public.health.as_ref().or_else(|| paths.get(&public.service));
    let path = path.map_or_else(|| "/".to_owned(), ToString::to_string);
    let expect = expect(&public.expect);
    let http = (address, config.edge.http.get()).into();
    Ok(Route { site, http, path, service: public.service.to_string(), expect })
}

fn site(config: &Config, public: &PublicName, to: SocketAddr) -> Result<Site, Failure> {
    let name = public.name.parse().map_err(Failure::usage)?;
    Ok(Site {
        roots: config.edge.roots.iter().cloned().map(Into::into).collect(),
        ..Site::new(name, to)
    })
}

fn expect(of: &Expectation) -> Expect {
    let Expectation { status, header, text, json } = of.clone();
    Expect { status: status.into_iter().map(StatusCode::get).collect(), header, text, json }
}

/// The findings about routes. Where the proxy or another service answers, a command looks up the
/// cause: the container, its network, its port, and the proxy's configuration.
pub(super) fn led_on(report: Report) -> impl Iterator<Item = Finding> {
    let looked_up = [ids::ROUTE_PROXY_ERROR, ids::ROUTE_ANOTHER_SERVICE, ids::ROUTE_NAMELESS];
    report.findings.into_iter().map(move |it| {
        if looked_up.contains(&it.id) {
            let name = it.subject.split(' ').next().and_then(|it| it.parse().ok());
            return it.hint(name.map(|it| Hint::from(hemma_ingress::Remedy::CheckPublicName(it))));
        }
        it
    })
}
