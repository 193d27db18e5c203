//! Conflicts with other things on the host: container names and ports that the project wants.

use std::net::IpAddr;

use hemma_core::names::ServiceName;
use hemma_core::{Command, Finding, Hint};
use hemma_docker::compose::{Model, Port, Service};
use hemma_docker::{Container, State};
use hemma_ingress::listeners::Listener;

use super::Situation;
use super::neighbours::Around;
use crate::ids;
use crate::preflight;

/// The containers of the host, and those about which there is a finding already.
#[derive(Clone, Copy)]
struct Others<'o> {
    containers: &'o [Container],
    known: &'o [&'o Container],
}

impl Others<'_> {
    fn is_known(self, container: &Container) -> bool {
        self.known.iter().any(|it| it.id == container.id)
    }
}

/// The findings about taken names and ports, and missing networks.
pub(super) fn find(situation: &Situation, model: &Model) -> Vec<Finding> {
    let told = situation.neighbours.findings(around(situation, model));
    // The research services have their own, stricter rule for ports.
    let meant = wanted(model).filter(|_| situation.scope.brings_commits());
    let open = meant.flat_map(|(name, it)| ports_opened(situation, name, it));
    let told = networks_missing(situation, model).into_iter().chain(told);
    told.chain(taken(situation, model)).chain(open).collect()
}

/// The findings about names and ports that something else has.
pub(super) fn taken(situation: &Situation, model: &Model) -> Vec<Finding> {
    let around = around(situation, model);
    let containers = around.containers;
    // There are findings about these already.
    let known: Vec<&Container> =
        containers.iter().filter(|it| situation.neighbours.explain(around, it)).collect();
    let others = Others { containers, known: &known };
    let names = wanted(model).filter_map(|(name, it)| name_taken(situation, others, name, it));
    let ports = wanted(model).flat_map(|(name, it)| ports_taken(situation, others, name, it));
    names.chain(ports).collect()
}

fn around<'s>(situation: &'s Situation, model: &'s Model) -> Around<'s> {
    let (config, layers) = (&situation.config, situation.layers);
    let containers = situation.containers.as_deref().unwrap_or_default();
    Around { config, layers, model, containers }
}

fn wanted(model: &Model) -> impl Iterator<Item = (&ServiceName, &Service)> {
    model.services.iter().filter(|(_, it)| it.replicas > 0)
}

/// The findings about external networks other than the configured one, which the plan creates.
fn networks_missing(situation: &Situation, model: &Model) -> Vec<Finding> {
    let there = situation.networks.as_deref().ok();
    let own = situation.config.compose.network.as_deref();
    let missing = |it: &&String| there.is_some_and(|there| !there.iter().any(|n| &&n.name == it));
    let networks =
        model.external_networks.iter().filter(|it| Some(it.as_str()) != own).filter(missing);
    let finding = |it: &String| {
        let detail = "the compose files declare it as external, but the host does not have it";
        let written = preflight::network(it).iter().find_map(|it| situation.written(it));
        let host = &situation.config.host.alias;
        Finding::fail(ids::NETWORK_EXTERNAL_MISSING, format!("network {it}"), detail)
            .evidence(written)
            .hint(Hint::on(
                host,
                Command::new("docker").args(["network", "create", it.as_str()]).sudo(),
            ))
    };
    networks.map(finding).collect()
}

fn name_taken(
    situation: &Situation,
    others: Others<'_>,
    name: &str,
    service: &Service,
) -> Option<Finding> {
    let wanted = service.container_name.as_deref()?;
    let holder = others.containers.iter().find(|it| it.name.as_str() == wanted)?;
    let project = situation.config.compose.project.as_str();
    if holder.is_of(project, name) || others.is_known(holder) {
        return None;
    }
    let whose = match &holder.compose {
        Some(other) => format!("service {} of compose project `{}`", other.service, other.project),
        None => "a container that Compose did not make".to_owned(),
    };
    let alias = &situation.config.host.alias;
    let look = Command::new("docker").args(["inspect", wanted]).sudo();
    Some(
        Finding::fail(
            ids::CONTAINER_NAME_TAKEN,
            format!("container name {wanted}"),
            format!("it is taken by {whose}"),
        )
        .evidence(situation.written(&preflight::named(wanted)))
        .hint(Hint::on(alias, look)),
    )
}

fn ports_taken(
    situation: &Situation,
    others: Others<'_>,
    name: &str,
    service: &Service,
) -> Vec<Finding> {
    let project = situation.config.compose.project.as_str();
    let containers = others.containers;
    let own = |it: &Container| it.is_of(project, name) || others.is_known(it);
    let holds = |it: &Container, port: u16| it.ports.iter().any(|it| it.published == port);
    let mut findings = Vec::new();
    for wanted in service.ports.iter().filter(|it| it.protocol == "tcp") {
        let Ok(port) = wanted.published.parse::<u16>() else { continue };
        if containers.iter().any(|it| own(it) && holds(it, port)) {
            continue;
        }
        let container = containers.iter().find(|it| !own(it) && holds(it, port));
        let container = container.map(|it| format!("container {}", it.name));
        let program = || {
            let listeners = situation.listeners.as_ref().ok()?.as_ref()?;
            let may_be_own = containers.iter().any(|it| own(it) && may_be_starting(it));
            held(listeners, wanted, port, may_be_own)
        };
        if let Some(holder) = container.or_else(program) {
            let subject = format!("port {port}");
            let detail = format!("{name} needs it on {}, but {holder} uses it", wanted.address());
            let written = place(situation, wanted);
            findings.push(Finding::fail(ids::PORT_TAKEN, subject, detail).evidence(written));
        }
    }
    findings
}

/// The findings about ports that would be open to other machines without being configured so:
/// Docker's ports bypass the host's firewall.
fn ports_opened(situation: &Situation, name: &str, service: &Service) -> Vec<Finding> {
    let finding = |it: &Port| opened(name, it).evidence(place(situation, it));
    let meant = &situation.config.edge.open;
    service.ports.iter().filter(|it| it.is_open(meant)).map(finding).collect()
}

fn opened(name: &str, port: &Port) -> Finding {
    let Port { published, target, .. } = port;
    let address = port.address();
    if published.is_empty() {
        let detail =
            format!("{name} would open it on {address}, on a port that the engine chooses");
        let hint = format!(
            "write `127.0.0.1::{target}` in the compose files, or name it under `expose:` instead of \
             `ports:` if only other services connect to it"
        );
        let subject = format!("port {target} of {name}");
        return Finding::fail(ids::PORT_OPEN, subject, detail).hint(Hint::Do(hint));
    }
    let hint = format!(
        "bind it to 127.0.0.1 in the compose files, or allow it: \
         `[edge] open = [{}]` in hemma.toml",
        listed(port)
    );
    let detail = format!("{name} would open it to other machines, on {address}");
    Finding::fail(ids::PORT_OPEN, format!("port {published}"), detail).hint(Hint::Do(hint))
}

/// The ports on the host as a list in `hemma.toml` has them.
fn listed(port: &Port) -> String {
    match port.published() {
        Some(range) if range.len() <= 16 => {
            range.map(|it| it.to_string()).collect::<Vec<_>>().join(", ")
        }
        _ => port.published.clone(),
    }
}

/// The place of a port in the compose files.
fn place(situation: &Situation, port: &Port) -> Option<String> {
    port.written().iter().find_map(|it| situation.written(it))
}

/// Whether the container may have its ports at the next moment, although it has none now. The ports
/// of the host are looked at a moment after the containers, and a container in a crash loop starts
/// every few seconds.
fn may_be_starting(container: &Container) -> bool {
    matches!(container.state, State::Created | State::Restarting | State::Exited)
}

/// The program that has the port. If the service's own container may have started meanwhile, a port
/// that the engine opened counts as that container's.
fn held(listeners: &[Listener], wanted: &Port, port: u16, may_be_own: bool) -> Option<String> {
    let address: Option<IpAddr> = wanted.host_ip.parse().ok();
    let meets = |it: &&Listener| {
        let everywhere = address.is_none_or(|it| it.is_unspecified());
        it.port == port
            && (everywhere || it.address.is_unspecified() || Some(it.address) == address)
    };
    let is_own = |it: &&Listener| may_be_own && it.is_of_engine() == Some(true);
    let listener = listeners.iter().filter(meets).find(|it| !is_own(it))?;
    Some(listener.program.clone().unwrap_or_else(|| "a program of the host".to_owned()))
}

#[cfg(test)]
mod tests {
    use hemma_docker::testing::running;

    use super::*;

    #[test]
    fn a_port_without_a_number_is_named_by_that_of_the_container() {
        let port = Port {
            host_ip: String::new(),
            published: String::new(),
            target: 8000,
            protocol: "tcp".to_owned(),
        };
        let found = opened("web", &port);
        assert_eq!(found.subject, "port 8000 of web");
        assert_eq!(
            found.detail,
            "web would open it on every address, on a port that the engine chooses"
        );
        let hint = format!("{:?}", found.hint);
        assert!(hint.contains("127.0.0.1::8000") && !hint.contains("open = ["), "{hint}");
        let range = Port { published: "8000-8001".to_owned(), ..port };
        assert!(format!("{:?}", opened("web", &range).hint).contains("open = [8000, 8001]"));
    }

    #[test]
    fn a_port_that_the_engine_opens_for_a_container_that_starts_is_that_containers() {
        let wanted = Port {
            host_ip: "127.0.0.1".to_owned(),
            published: "6379".to_owned(),
            target: 6379,
            protocol: "tcp".to_owned(),
        };
        let engine = "docker-proxy (pid 7)";
        for (state, address, program, holder) in [
            // The container was between two starts when the containers were listed.
            (State::Restarting, "127.0.0.1", Some(engine), None),
            (State::Created, "127.0.0.1", Some(engine), None),
            (State::Exited, "0.0.0.0", Some("dockerd (pid 9)"), None),
            // A running container has the port, or does not get it by itself.
            (State::Running, "127.0.0.1", Some(engine), Some(engine)),
            (State::Restarting, "127.0.0.1", Some("redis (pid 8)"), Some("redis (pid 8)")),
            (State::Restarting, "127.0.0.1", None, Some("a program of the host")),
            (State::Restarting, "192.0.2.7", Some("redis (pid 8)"), None),
        ] {
            let container = Container { state, ..running("redis", None) };
            let listener = Listener {
                address: address.parse().expect("an address"),
                port: 6379,
                program: program.map(str::to_owned),
            };
            let held = held(&[listener], &wanted, 6379, may_be_starting(&container));
            assert_eq!(held.as_deref(), holder, "{state:?} {address} {program:?}");
        }
    }
}
