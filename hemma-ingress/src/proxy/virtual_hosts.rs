//! Checks that the proxy's own configuration has the public names.

use hemma_core::names::ContainerName;
use hemma_core::{ExecError, Finding, Hint, World};
use hemma_docker::Container;

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
    let (there, absent): (Vec<&PublicService>, Vec<&PublicService>) =
        spec.public.iter().partition(|it| routed.iter().any(|name| it.name == **name));
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
