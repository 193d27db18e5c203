//! Checks that the proxy's own configuration has the public names.

use hemma_core::names::ContainerName;
use hemma_core::names::wildcard_covers;
use hemma_core::{ExecError, Finding, Hint, World};
use hemma_docker::{Container, LogLine, Logs};

use super::runs;
use crate::ids;
use crate::{IngressSpec, PublicService, Remedy, reach};

/// The names in the proxy's configuration; `None` if it could not be read.
pub(super) async fn look(
    world: &World,
    spec: &IngressSpec,
    proxy: &ContainerName,
) -> Result<Option<Vec<String>>, ExecError> {
    Ok(reach::look(world, &spec.host, Some(proxy), &[]).await?.names)
}

/// The number of lines of the proxy's log. docker-gen says the same every few seconds.
const LOG_LINES: u32 = 200;

/// Why the proxy's configuration lacks a name, where its log has the reason.
pub(super) async fn explained(
    world: &World,
    spec: &IngressSpec,
    proxy: &Container,
    findings: Vec<Finding>,
) -> Vec<Finding> {
    if findings.iter().all(|it| it.id != ids::VIRTUAL_HOSTS_NOT_ROUTED) {
        return findings;
    }
    let (host, container) = (spec.host.clone(), proxy.name.clone());
    let logs = Logs { host, container, tail: LOG_LINES, since: None };
    // A log that cannot be read explains nothing, and takes nothing from what was found.
    let lines = world.ask(&logs).await.ok().flatten().unwrap_or_default();
    match refusal(&lines) {
        Some(line) => vec![not_generated(proxy, line)],
        None => findings,
    }
}

/// docker-gen's words about an engine that refuses its version of the API, if they are the last
/// ones about its configuration.
fn refusal(lines: &[LogLine]) -> Option<&str> {
    let last = lines.iter().rev().find_map(|it| {
        let is_refusal = it.text.contains("is too old. Minimum supported API version");
        let is_success = it.text.contains("Generated '") || it.text.contains("did not change");
        (is_refusal || is_success).then_some((is_refusal, it.text.as_str()))
    });
    last.filter(|it| it.0).map(|it| it.1.trim())
}

fn not_generated(proxy: &Container, line: &str) -> Finding {
    let name = &proxy.name;
    let detail = format!(
        "{name} does not learn of new containers: the Docker engine refuses its docker-gen, whose \
         version of the API is too old"
    );
    Finding::fail(ids::VIRTUAL_HOSTS_NOT_GENERATED, "virtual hosts", detail)
        .evidence([line])
        .hint(Hint::Do(format!("update the image of {name}, which is {}", proxy.image)))
}

/// Judges the names. The proxy has a name only while a container with that name runs.
pub(super) fn judge(
    spec: &IngressSpec,
    proxy: &Container,
    containers: &[Container],
    routed: &Result<Option<Vec<String>>, ExecError>,
) -> Vec<Finding> {
    let subject = "virtual hosts";
    let routed = match routed {
        Ok(Some(routed)) => routed,
        Ok(None) => {
            let look = format!("sudo docker exec {} nginx -T", proxy.name);
            let look = Hint::on(&spec.host, look);
            let why = format!("{} did not show its configuration", proxy.name);
            return vec![Finding::unseen(ids::VIRTUAL_HOSTS_UNSEEN, subject, why).hint(look)];
        }
        Err(error) => return vec![Finding::unknown(ids::VIRTUAL_HOSTS_UNSEEN, subject, error)],
    };
    let project = spec.project.as_str();
    let behind = |it: &PublicService| {
        containers.iter().find(|container| runs(container) && container.is_of(project, &it.service))
    };
    let (there, absent): (Vec<&PublicService>, Vec<&PublicService>) = spec
        .public
        .iter()
        .partition(|it| routed.iter().any(|name| wildcard_covers(name, &it.name)));
    let (unrouted, idle): (Vec<&PublicService>, Vec<&PublicService>) =
        absent.into_iter().partition(|it| behind(it).is_some());
    let mut findings: Vec<Finding> = unrouted.iter().map(|it| unknown_to(proxy, it)).collect();
    let idle = idle.iter().map(|it| format!("not yet {}: no {} runs", it.name, it.service));
    if findings.is_empty() && !spec.public.is_empty() {
        let names: Vec<&str> = there.iter().map(|it| it.name.as_str()).collect();
        let detail = format!("{} has {} of {} names", proxy.name, names.len(), spec.public.len());
        let evidence = names.into_iter().map(ToOwned::to_owned).chain(idle);
        findings.push(Finding::pass(ids::VIRTUAL_HOSTS_ROUTED, subject, detail).evidence(evidence));
    }
    findings
}

fn unknown_to(proxy: &Container, public: &PublicService) -> Finding {
    let PublicService { name, service } = public;
    let detail = format!("{} has none for {name}, although {service} runs", proxy.name);
    Finding::fail(ids::VIRTUAL_HOSTS_NOT_ROUTED, "virtual hosts", detail)
        .remedy(Remedy::CheckPublicName(name.clone()))
}
