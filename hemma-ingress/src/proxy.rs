//! The shared proxy stack, without which the application cannot be reached.
//!
//! Runbook: preconditions, and day 1, step 2.
//!
//! Invariant: nothing here changes the stack. Other applications share it.

mod part;
mod ports;
#[cfg(test)]
mod tests;
mod virtual_hosts;

use hemma_core::{ExecError, Finding, Report, Verdict, World};
use hemma_docker::{Container, Containers, Networks, network};

use crate::IngressSpec;
use crate::ids;
use crate::listeners::{self, Listener};
use part::{COMPANION, PROXY, Part, runs};

/// Checks that the reverse proxy, its ACME companion and the shared database run, and that the
/// proxy has ports 80 and 443 and is on the external network.
pub async fn verify(world: &World, spec: &IngressSpec) -> Vec<Finding> {
    match look(world, spec).await {
        Ok((containers, network)) => judge(spec, &Seen { containers, network, listeners: None }),
        Err(finding) => vec![finding],
    }
}

/// Checks what [`verify`] checks, and also which programs have ports 80 and 443, and whether the
/// proxy's own configuration has each public name.
pub async fn health(world: &World, spec: &IngressSpec) -> Report {
    let host = &spec.host;
    let (seen, listeners, network) =
        tokio::join!(look(world, spec), listeners::look(world, host), async {
            match &spec.network {
                Some(name) => Some(network::verify(world, host, name).await),
                None => None,
            }
        },);
    let (containers, has_network) = match seen {
        Ok(seen) => seen,
        Err(finding) => return Report::from_iter([finding]),
    };
    let seen = Seen { containers, network: has_network, listeners: Some(listeners) };
    let mut report = Report::default();
    report.extend(judge(spec, &seen));
    report.extend(network.filter(|it| it.verdict != Verdict::Pass));
    if let Some(proxy) = web(&seen.containers).filter(|it| runs(it)) {
        let routed = virtual_hosts::look(world, spec, &proxy.name).await;
        let judged = virtual_hosts::judge(spec, proxy, &seen.containers, &routed);
        report.extend(virtual_hosts::explained(world, spec, proxy, judged).await);
    }
    report
}

/// The reverse proxy, if there is one.
pub fn web(containers: &[Container]) -> Option<&Container> {
    PROXY.find(containers)
}

/// The container that gets the certificates, if there is one.
pub fn companion(containers: &[Container]) -> Option<&Container> {
    COMPANION.find(containers)
}

/// The state of the stack.
#[derive(Debug)]
struct Seen {
    containers: Vec<Container>,
    /// Whether the external network exists. If it is missing or unknown, that is one finding of its
    /// own, and not one for each container.
    network: bool,
    /// The listeners of the host. `None` if they were not looked at.
    listeners: Option<Result<Option<Vec<Listener>>, ExecError>>,
}

async fn look(world: &World, spec: &IngressSpec) -> Result<(Vec<Container>, bool), Finding> {
    let host = &spec.host;
    let (containers, networks) =
        tokio::join!(async { world.ask(&Containers { host: host.clone() }).await }, async {
            world.ask(&Networks { host: host.clone() }).await
        },);
    let containers = containers.map_err(|error| {
        Finding::of_error(ids::SHARED_STACK_UNSEEN, "shared proxy stack", &error)
    })?;
    let is_ours = |name: &str| spec.network.as_deref() == Some(name);
    Ok((containers, networks.is_ok_and(|it| it.iter().any(|it| is_ours(&it.name)))))
}

fn judge(spec: &IngressSpec, seen: &Seen) -> Vec<Finding> {
    let host = &spec.host;
    let network = spec.network.as_deref().filter(|_| seen.network);
    // Every database runs an image of PostgreSQL, so only the name identifies the shared one.
    let database = spec.database.as_deref().map(|name| Part {
        subject: "shared database",
        images: &[],
        name,
        joins: true,
    });
    let mut findings = Vec::new();
    for part in [&PROXY, &COMPANION].into_iter().chain(&database) {
        let found = part.find(&seen.containers);
        findings.push(part.judge(host, found, network));
        if part.name == PROXY.name {
            let running = found.filter(|it| runs(it));
            findings.extend(ports::judge(host, running, seen.listeners.as_ref()));
        }
    }
    findings
}
