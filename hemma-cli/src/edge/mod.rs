//! The public edge of a `hemma.toml`, as questions for the crates that look at it.

mod arrival;
mod ipv6;
mod readiness;
mod routes;

use std::collections::BTreeSet;
use std::net::IpAddr;

use hemma_core::{Finding, Report, World};
use hemma_deploy::Config;
use hemma_deploy::every_compose_file;
use hemma_dns::{Authorities, DnsName, Lookup, LookupError, RecordKind, Scope, Target, Vantage};
use hemma_ingress::exposure;
use hemma_tls::routing;
use hemma_tls::{Site, chain, challenge};

use crate::Failure;
use crate::ids;

pub(crate) use arrival::{Waiting, arrive, mark};
pub(crate) use readiness::readiness;

/// The reason for asking nothing about public names.
pub(crate) const NO_NAMES: &str = "hemma.toml names no public name in [[public]]";

/// The reason for asking nothing about a reverse proxy.
pub(crate) const NO_PROXY: &str =
    "hemma.toml names no network in [compose] that a reverse proxy shares";

#[derive(Debug, thiserror::Error)]
#[error(
    "hemma.toml does not say where the public names should lead; add `host` or `addresses` to [edge]"
)]
struct NoTarget;

/// The names to look at, and the vantage points.
pub fn scope(config: &Config) -> Result<Scope, Failure> {
    let edge = &config.edge;
    let names = config.public.iter().map(|it| it.name.parse()).collect::<Result<_, _>>();
    let target = match &edge.host {
        _ if !edge.addresses.is_empty() => Target::Addresses(edge.addresses.clone()),
        Some(host) => Target::SameAs(host.parse().map_err(Failure::usage)?),
        None => return Err(Failure::usage(NoTarget)),
    };
    let mut scope = Scope::everywhere(names.map_err(Failure::usage)?, target);
    if !edge.resolvers.is_empty() {
        scope.resolvers = edge.resolvers.iter().copied().map(Vantage::Resolver).collect();
    }
    if !edge.name_servers.is_empty() {
        scope.authorities = Authorities::Given(edge.name_servers.clone());
    }
    Ok(scope)
}

/// Whether DNS leads the public names to the host, and whether each of the host's addresses answers.
pub(crate) async fn records(world: &World, config: &Config) -> Result<Report, Failure> {
    let scope = scope(config)?;
    let http = config.edge.http.get();
    let (mut records, ipv6) =
        tokio::join!(hemma_dns::verify(world, &scope), ipv6::verify(world, &scope, http));
    records.extend(ipv6.findings);
    Ok(records)
}

/// Certificates, routing and port 80, at the address that each name has and at the one that it
/// should have: if they differ, both are of interest.
pub async fn outside(world: &World, config: &Config) -> Result<Report, Failure> {
    let scope = scope(config)?;
    let (should, paths) = tokio::join!(should(world, &scope), routes::paths(world, config));
    let (mut asked, mut report) = (Vec::new(), Report::default());
    for (public, name) in config.public.iter().zip(&scope.names) {
        match addresses(world, &scope, name).await {
            Ok(has) => {
                for address in has.union(&should) {
                    asked.push(routes::route(config, public, *address, &paths)?);
                }
            }
            Err(error) => report.add(Finding::unknown(
                ids::PUBLIC_ADDRESS_UNSEEN,
                public.name.as_str(),
                &error,
            )),
        }
    }
    let sites: Vec<Site> = asked.iter().map(|it| it.site.clone()).collect();
    let (chains, routing, challenges) = tokio::join!(
        chain::verify(world, &sites),
        routing::verify(world, &asked),
        challenge::verify(world, &asked),
    );
    report.extend(
        chains.findings.into_iter().chain(routes::led_on(routing)).chain(challenges.findings),
    );
    Ok(report)
}

/// The ports that are open to other machines, from the compose files to this machine.
pub(crate) async fn surface(world: &World, config: &Config) -> Result<Report, Failure> {
    let address = if config.edge.has_target() {
        should(world, &scope(config)?).await.first().copied()
    } else {
        None
    };
    Ok(exposure::verify(world, &config.into(), &every_compose_file(config), address).await)
}

/// The addresses that the names should have; none if they cannot be looked up.
async fn should(world: &World, scope: &Scope) -> BTreeSet<IpAddr> {
    match &scope.target {
        Target::Addresses(addresses) => addresses.iter().copied().collect(),
        Target::SameAs(host) => addresses(world, scope, host).await.unwrap_or_default(),
    }
}

async fn addresses(
    world: &World,
    scope: &Scope,
    name: &DnsName,
) -> Result<BTreeSet<IpAddr>, LookupError> {
    let at = scope.resolvers.first().copied().unwrap_or(Vantage::System);
    let answer = world.ask(&Lookup::new(name, RecordKind::A, at)).await?;
    Ok(answer.addresses().collect())
}
