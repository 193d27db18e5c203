//! The last part of a deploy, as a browser sees it: name, certificate, and the answering service.

use hemma_core::{Finding, PollPolicy, Progress, Report, Verdict, World};
use hemma_deploy::Config;
use hemma_docker::{ContainerName, Containers, EngineError, LogLine, Logs};
use hemma_ingress::proxy;
use hemma_tls::issuance::{self, End, Issuance, USUAL_PATIENCE};
use hemma_tls::routing::{self, Route};
use hemma_tls::{Site, chain};
use jiff::Timestamp;

use super::{addresses, ipv6, routes, scope, should};
use crate::Failure;

/// The number of log lines: the companion needs some thirty for a name.
const LOG_LINES: u32 = 400;

/// The number of looks within which the companion begins after a container's start, or not at all:
/// it takes less than twenty seconds.
const LOOKS_FOR_NEW: u32 = 4;

/// The patience for certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// Containers were started after this line of the companion's log, so certificates may be on
    /// their way, and earlier lines no longer count. The time is the engine's, never this
    /// machine's.
    After(Option<Timestamp>),
    /// Nothing was changed: only certificates that the companion has begun to issue are waited for.
    Begun,
}

/// Why the companion's log could not be read.
#[derive(Debug, thiserror::Error)]
enum LogError {
    #[error("no container on the host is an ACME companion")]
    NoCompanion,
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Checks the way from each public name to its service. A name that DNS does not lead to the host
/// is not waited for: the certificate authority would not find the host either.
pub(crate) async fn arrive(
    world: &World,
    config: &Config,
    waiting: Waiting,
    progress: &Progress,
) -> Result<Report, Failure> {
    let scope = scope(config)?;
    let (records, should, paths, ipv6) = tokio::join!(
        hemma_dns::records::standings(world, &scope),
        should(world, &scope),
        routes::paths(world, config),
        ipv6::verify(world, &scope, config.edge.http.get()),
    );
    let mut names = Vec::new();
    for ((name, standings), public) in records.into_iter().zip(&config.public) {
        let records: Vec<_> =
            standings.iter().map(|it| hemma_dns::records::finding(&name, it)).collect();
        let target = match should.first() {
            Some(target) => Some(*target),
            None => addresses(world, &scope, &name).await.unwrap_or_default().first().copied(),
        };
        let route = target.map(|it| routes::route(config, public, it, &paths)).transpose()?;
        names.push(Name { records, route });
    }
    let (led, astray): (Vec<&Name>, Vec<&Name>) = names.iter().partition(|it| it.is_led());
    let sites = |names: &[&Name]| -> Vec<Site> {
        names.iter().filter_map(|it| Some(it.route.as_ref()?.site.clone())).collect()
    };
    let (led, astray) = (sites(&led), sites(&astray));
    let (waited, seen) = tokio::join!(
        certificates(world, config, &led, waiting, progress),
        chain::verify(world, &astray),
    );
    let now = world.now();
    let waited = waited.into_iter().map(|it| (it.site.clone(), issuance::finding(&it, now)));
    let certificates: Vec<_> = waited.chain(astray.into_iter().zip(seen.findings)).collect();
    let asked: Vec<Route> = names.iter().filter_map(|it| it.route.clone()).collect();
    let answers = routing::verify(world, &asked).await;
    let mut report = told(names, &certificates, routes::led_on(answers).collect());
    report.extend(ipv6.findings);
    Ok(report)
}

/// A public name, its DNS answer, and the site to ask.
struct Name {
    records: Vec<Finding>,
    route: Option<Route>,
}

impl Name {
    fn is_led(&self) -> bool {
        self.records.iter().all(|it| it.verdict != Verdict::Fail)
    }
}

async fn certificates(
    world: &World,
    config: &Config,
    sites: &[Site],
    waiting: Waiting,
    progress: &Progress,
) -> Vec<Issuance> {
    if sites.is_empty() {
        return Vec::new();
    }
    progress.line("looking at the certificates");
    let mut looks = 0;
    let mut log = async || {
        looks += 1;
        log(world, config, waiting, looks).await
    };
    if let Waiting::Begun = waiting {
        let once = PollPolicy { looks: 1, ..USUAL_PATIENCE };
        let silent = Progress::silent();
        let seen = issuance::wait_for_issuance(world, sites, once, &silent, &mut log).await;
        if seen.iter().all(|it| it.end != End::UnderWay) {
            return seen;
        }
    }
    issuance::wait_for_issuance(world, sites, USUAL_PATIENCE, progress, log).await
}

/// The companion's log since the containers were started. If the companion has not restarted its
/// work after some looks, it will not: then its older lines count.
async fn log(
    world: &World,
    config: &Config,
    waiting: Waiting,
    looks: u32,
) -> Result<Vec<String>, LogError> {
    let lines = lines(world, config, LOG_LINES).await?;
    let is_new = |at: Option<Timestamp>| match waiting {
        Waiting::After(Some(mark)) => at.is_none_or(|it| it > mark),
        Waiting::After(None) | Waiting::Begun => true,
    };
    let new = lines.iter().filter(|it| is_new(it.at)).map(|it| it.text.clone()).collect();
    let all = || lines.iter().map(|it| it.text.clone()).collect();
    Ok(if looks > LOOKS_FOR_NEW { all() } else { new })
}

/// The time of the last line of the companion's log.
pub(crate) async fn mark(world: &World, config: &Config) -> Option<Timestamp> {
    lines(world, config, 1).await.ok()?.last()?.at
}

async fn lines(world: &World, config: &Config, tail: u32) -> Result<Vec<LogLine>, LogError> {
    let container = companion(world, config).await?;
    let logs = Logs { host: config.host.alias.clone(), container, tail, since: None };
    world.ask_again(&logs).await?.ok_or(LogError::NoCompanion)
}

async fn companion(world: &World, config: &Config) -> Result<ContainerName, LogError> {
    let asked = Containers { host: config.host.alias.clone() };
    let containers = world.ask(&asked).await?;
    let found = proxy::companion(&containers).ok_or(LogError::NoCompanion)?;
    Ok(found.name.clone())
}

/// The findings name by name, in the order of a browser's steps.
fn told(names: Vec<Name>, certificates: &[(Site, Finding)], answers: Vec<Finding>) -> Report {
    let mut report = Report::default();
    let mut answers = answers.into_iter();
    for Name { records, route } in names {
        report.extend(records);
        let Some(route) = route else { continue };
        let certificate = certificates.iter().find(|it| it.0 == route.site);
        report.extend(certificate.map(|it| it.1.clone()));
        report.extend(answers.next());
    }
    report
}
