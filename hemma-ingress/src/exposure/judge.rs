//! Compares the four views, and finds ports that should not be open.

use std::collections::BTreeSet;

use hemma_core::names::wildcard_covers;
use hemma_core::{Finding, Hint, Report, Verdict};
use hemma_docker::compose::{Model, ModelAnswer, Port};
use hemma_docker::{Binding, Container};

use super::{Dialed, Outside, Views, source};
use crate::ids;
use crate::listeners::Listener;
use crate::{IngressSpec, proxy};

/// The ports of the proxy.
const WEB: [u16; 2] = [80, 443];

/// The ports to try from here: all that the host uses.
pub(super) fn ports(spec: &IngressSpec, views: &Views) -> Vec<u16> {
    let mut ports: BTreeSet<u16> = BTreeSet::new();
    for container in views.containers.as_deref().unwrap_or_default() {
        ports.extend(container.ports.iter().map(|it| it.published));
    }
    let listeners = views.listeners.as_ref().ok().and_then(|it| it.as_deref());
    ports.extend(listeners.unwrap_or_default().iter().filter(|it| is_open(it)).map(|it| it.port));
    ports.retain(|it| !WEB.contains(it) && !spec.may_be_open(*it));
    ports.into_iter().collect()
}

pub(super) fn judge(spec: &IngressSpec, views: &Views) -> Report {
    let mut report = Report::default();
    report.extend(declared(spec, views));
    report.extend(bound(spec, views));
    report.extend(listening(spec, views));
    report.extend(answering(spec, views));
    report
}

/// The findings about the compose files: the ports that they publish, and the names that they make
/// public.
fn declared(spec: &IngressSpec, views: &Views) -> Vec<Finding> {
    let subject = "compose files";
    let model = match &views.model {
        Ok(ModelAnswer::Resolved(model)) => model,
        Ok(ModelAnswer::Refused(refusal)) => return vec![refusal.finding()],
        Err(error) => return vec![Finding::unknown(ids::EXPOSURE_FILES_UNSEEN, subject, error)],
    };
    let ports =
        || model.services.iter().flat_map(|(name, it)| it.ports.iter().map(move |p| (name, p)));
    let mut findings: Vec<Finding> = ports()
        .filter(|(_, it)| it.is_open(&spec.open))
        .map(|(name, it)| opened(views, name, it))
        .collect();
    findings.extend(names(spec, model));
    if findings.is_empty() {
        let count = ports().count();
        let detail = format!("{count} published ports, all reachable on the host alone");
        findings.push(Finding::pass(ids::EXPOSURE_FILES_LOCAL, subject, detail));
    }
    findings
}

fn opened(views: &Views, service: &str, port: &Port) -> Finding {
    let sources = views.sources.as_deref().unwrap_or_default();
    let at = source::of(sources, service, port).map(ToString::to_string);
    let detail = match port.published.as_str() {
        "" => format!(
            "{service} publishes port {} of its container on {}, on a port that the engine chooses",
            port.target,
            port.address()
        ),
        published => format!("{service} publishes port {published} on {}", port.address()),
    };
    let place = at.clone().unwrap_or_else(|| "the compose files".to_owned());
    let hint = format!("write `127.0.0.1:{}:{}` in {place}", port.published, port.target);
    Finding::fail(ids::EXPOSURE_FILES_OPEN, "compose files", detail)
        .evidence(at)
        .hint(Hint::Do(hint))
}

/// Compares the names that services make public with those of `hemma.toml`.
fn names(spec: &IngressSpec, model: &Model) -> Vec<Finding> {
    let known = |it: &str| spec.public.iter().any(|public| wildcard_covers(it, &public.name));
    let mut findings = Vec::new();
    for (service, it) in &model.services {
        let listed = it.proxy.virtual_host.as_deref().unwrap_or_default().split(',');
        for name in listed.map(str::trim).filter(|it| !it.is_empty() && !known(it)) {
            let detail = format!("{service} makes {name} public, but hemma.toml does not name it");
            let hint = Hint::Do("add it to [[public]], or remove VIRTUAL_HOST".to_owned());
            findings
                .push(Finding::fail(ids::EXPOSURE_NAME_UNKNOWN, "public names", detail).hint(hint));
        }
    }
    findings
}

/// The findings about the engine: the ports that it opened, for any project.
fn bound(spec: &IngressSpec, views: &Views) -> Vec<Finding> {
    let containers = match &views.containers {
        Ok(containers) => containers,
        Err(error) => return vec![Finding::unknown(ids::EXPOSURE_ENGINE_UNSEEN, "engine", error)],
    };
    let web = proxy::web(containers).map(|it| it.id.as_str());
    let is_meant = |container: &Container, it: &Binding| {
        it.is_local()
            || spec.may_be_open(it.published)
            || (web == Some(container.id.as_str()) && WEB.contains(&it.published))
    };
    let all = || containers.iter().flat_map(|it| it.ports.iter().map(move |p| (it, p)));
    let mut open: Vec<(&Container, &Binding)> = all().filter(|(it, p)| !is_meant(it, p)).collect();
    // The engine reports IPv4 and IPv6 separately.
    open.dedup_by_key(|(it, p)| (it.id.as_str(), p.published, p.protocol));
    if open.is_empty() {
        let web = if web.is_some() { "; the proxy alone has 80 and 443" } else { "" };
        let local = all().filter(|(_, it)| it.is_local()).count();
        return vec![Finding::pass(
            ids::EXPOSURE_ENGINE_LOCAL,
            "engine",
            format!("{local} ports on the host itself{web}"),
        )];
    }
    open.into_iter().map(|(container, it)| exposed(spec, views, container, it)).collect()
}

/// A finding that traces a port of the engine back to the line that asked for it.
fn exposed(spec: &IngressSpec, views: &Views, container: &Container, binding: &Binding) -> Finding {
    let (port, address) = (binding.published, binding.ip);
    let detail = format!("{} has port {port} open on {address}", container.name);
    let mut trace = vec![format!("container {}, image {}", container.name, container.image)];
    if let Some(compose) = &container.compose {
        let files = compose.config_files.join(", ");
        trace.push(format!("service {} of project {}: {files}", compose.service, compose.project));
        let wanted = Port {
            host_ip: String::new(),
            published: port.to_string(),
            target: binding.target.into(),
            protocol: "tcp".to_owned(),
        };
        let sources = views.sources.as_deref().unwrap_or_default();
        let own = compose.project == spec.project.as_str();
        let line = own.then(|| source::of(sources, &compose.service, &wanted)).flatten();
        trace.extend(line.map(|it| format!("published in {it}")));
    }
    trace.extend(process(views, port).map(|it| format!("process {it}")));
    let look = Hint::on(&spec.host, format_args!("sudo docker port {}", container.name));
    Finding::fail(ids::EXPOSURE_ENGINE_OPEN, "engine", detail).evidence(trace).hint(look)
}

fn process(views: &Views, port: u16) -> Option<&str> {
    let listeners = views.listeners.as_ref().ok()?.as_deref()?;
    listeners.iter().find(|it| it.port == port && is_open(it))?.program.as_deref()
}

fn is_open(listener: &Listener) -> bool {
    !listener.address.is_loopback()
}

/// The findings about the host: programs that listen for other machines and are neither sshd nor
/// the engine's.
fn listening(spec: &IngressSpec, views: &Views) -> Vec<Finding> {
    let listeners = match &views.listeners {
        Ok(Some(listeners)) => listeners,
        Ok(None) => {
            let why = "the host has no `ss`, which lists the open ports";
            return vec![Finding::unseen(ids::EXPOSURE_HOST_UNSEEN, "host", why)];
        }
        Err(error) => return vec![Finding::unknown(ids::EXPOSURE_HOST_UNSEEN, "host", error)],
    };
    let containers = views.containers.as_deref().unwrap_or_default();
    let engines =
        |port: u16| containers.iter().any(|it| it.ports.iter().any(|p| p.published == port));
    let is_ssh = |it: &Listener| it.program.as_deref().is_some_and(|it| it.starts_with("sshd"));
    let others = listeners.iter().filter(|it| is_open(it) && !is_ssh(it));
    let others = others.filter(|it| !engines(it.port) && !spec.may_be_open(it.port));
    let mut seen = BTreeSet::new();
    let others: Vec<&Listener> = others.filter(|it| seen.insert(it.port)).collect();
    if others.is_empty() {
        let not_tried = (views.outside == Outside::Same)
            .then_some("not tried from here: its public address is this machine's own");
        let detail = "besides sshd and the engine, nothing listens for other machines";
        return vec![Finding::pass(ids::EXPOSURE_HOST_CLOSED, "host", detail).evidence(not_tried)];
    }
    others.into_iter().map(|it| stray(views, it)).collect()
}

/// The finding for a program of the host that others can reach, unless a firewall is in front of
/// it.
fn stray(views: &Views, listener: &Listener) -> Finding {
    let program = listener.program.as_deref().unwrap_or("a program");
    let detail = format!("{program} listens on {}, port {}", listener.address, listener.port);
    match views.dialed.get(&listener.port) {
        Some(Ok(Dialed::Refused | Dialed::Silent)) => Finding::pass(
            ids::EXPOSURE_HOST_FILTERED,
            "host",
            format!("{detail}; from here it does not answer"),
        ),
        Some(Ok(Dialed::Open)) => Finding::fail(
            ids::EXPOSURE_HOST_OPEN,
            "host",
            format!("{detail}, and answers from here"),
        ),
        Some(Err(error)) => {
            Finding::unknown(ids::EXPOSURE_HOST_NOT_DIALED, "host", error).evidence([detail])
        }
        None => Finding::fail(ids::EXPOSURE_HOST_LISTENS, "host", detail)
            .evidence(["it was not tried from here"]),
    }
}

/// The findings from here: ports that answer although the other views say that they cannot.
fn answering(spec: &IngressSpec, views: &Views) -> Vec<Finding> {
    let subject = "from here";
    match views.outside {
        Outside::Here => {}
        // The findings about the host say so; it is neither right nor wrong.
        Outside::Same => return Vec::new(),
        Outside::Unknown => {
            let why = "the host's public address is not known, so nothing was tried";
            return vec![Finding::unseen(ids::EXPOSURE_OUTSIDE_NOT_TRIED, subject, why)];
        }
    }
    let ssh: BTreeSet<u16> = {
        let listeners = views.listeners.as_ref().ok().and_then(|it| it.as_deref());
        let is_ssh =
            |it: &&Listener| it.program.as_deref().is_some_and(|it| it.starts_with("sshd"));
        listeners.unwrap_or_default().iter().filter(is_ssh).map(|it| it.port).collect()
    };
    let mut findings = Vec::new();
    let tried = || views.dialed.iter().filter(|(it, _)| !ssh.contains(it));
    for (port, dialed) in tried() {
        match dialed {
            Ok(Dialed::Open) => {
                let detail = format!("port {port} of {} answers", spec.host);
                let who = process(views, *port).map(|it| format!("process {it}"));
                findings
                    .push(Finding::fail(ids::EXPOSURE_OUTSIDE_OPEN, subject, detail).evidence(who));
            }
            Ok(Dialed::Refused | Dialed::Silent) => {}
            Err(error) => {
                findings.push(Finding::unknown(ids::EXPOSURE_OUTSIDE_UNSEEN, subject, error));
            }
        }
    }
    if findings.iter().all(|it| it.verdict == Verdict::Pass) {
        let count = tried().count();
        findings.push(Finding::pass(
            ids::EXPOSURE_OUTSIDE_CLOSED,
            subject,
            format!("{count} other ports tried, none is open"),
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hemma_docker::compose::Service;
    use serde_json::json;

    use super::*;
    use crate::spec::sample;

    fn container(name: &str, image: &str, ip: &str, port: u16) -> Container {
        let listed = json!({
            "Id": name, "Names": [format!("/{name}")], "Image": image, "State": "running",
            "Status": "Up 3 days", "Labels": {"com.docker.compose.project": "huleedu",
            "com.docker.compose.service": "redis"},
            "Ports": [{"IP": ip, "PrivatePort": port, "PublicPort": port, "Type": "tcp"}],
        });
        hemma_docker::testing::listed(listed)
    }

    fn listener(address: &str, port: u16, program: &str) -> Listener {
        let program = Some(program.to_owned());
        Listener { address: address.parse().expect("an address"), port, program }
    }

    fn views(ip: &str) -> Views {
        let host_ip = if ip == "0.0.0.0" { String::new() } else { ip.to_owned() };
        let (published, protocol) = ("6379".to_owned(), "tcp".to_owned());
        let ports = vec![Port { host_ip, published, target: 6379, protocol }];
        let redis = Service { ports, ..Service::default() };
        let services = BTreeMap::from([(hemma_docker::testing::service_name("redis"), redis)]);
        let model = Model { services, ..Model::default() };
        Views {
            model: Ok(ModelAnswer::Resolved(model)),
            sources: Ok(Vec::new()),
            containers: Ok(vec![
                container("web", "nginxproxy/nginx-proxy:1.6", "0.0.0.0", 443),
                container("huleedu_redis", "redis:7", ip, 6379),
            ]),
            listeners: Ok(Some(vec![
                listener("0.0.0.0", 22, "sshd (pid 1)"),
                listener("0.0.0.0", 443, "docker-proxy (pid 2)"),
                listener(ip, 6379, "docker-proxy (pid 3)"),
            ])),
            outside: Outside::Here,
            dialed: BTreeMap::new(),
        }
    }

    #[test]
    fn a_port_that_the_engine_chooses_is_named_by_that_of_the_container() {
        let mut views = views("127.0.0.1");
        let Ok(ModelAnswer::Resolved(model)) = &mut views.model else { panic!("it is resolved") };
        let redis = model.services.get_mut("redis").expect("it is there");
        redis.ports[0].published.clear();
        redis.ports[0].host_ip.clear();
        let found = declared(&sample(), &views);
        let expected = "redis publishes port 6379 of its container on every address, on a port that \
                        the engine chooses";
        assert_eq!(found[0].detail, expected);
        assert!(format!("{:?}", found[0].hint).contains("`127.0.0.1::6379`"), "{found:?}");
    }

    fn words(views: &Views) -> Vec<String> {
        let report = judge(&sample(), views);
        let word = |it: &Finding| format!("{} {}: {}", it.verdict.mark(), it.subject, it.detail);
        report.findings.iter().map(word).collect()
    }

    #[test]
    fn what_is_on_the_host_itself_passes_all_four_views() {
        let mut views = views("127.0.0.1");
        assert_eq!(ports(&sample(), &views), [22, 6379]);
        views.dialed = BTreeMap::from([(22, Ok(Dialed::Open)), (6379, Ok(Dialed::Silent))]);
        let all = [
            "pass compose files: 1 published ports, all reachable on the host alone",
            "pass engine: 1 ports on the host itself; the proxy alone has 80 and 443",
            "pass host: besides sshd and the engine, nothing listens for other machines",
            "pass from here: 1 other ports tried, none is open",
        ];
        assert_eq!(words(&views), all);
    }

    #[test]
    fn an_open_port_is_told_by_each_view_that_sees_it() {
        let mut seen = views("0.0.0.0");
        seen.dialed = BTreeMap::from([(6379, Ok(Dialed::Open))]);
        let told = words(&seen);
        assert_eq!(told[0], "FAIL compose files: redis publishes port 6379 on every address");
        assert_eq!(told[1], "FAIL engine: huleedu_redis has port 6379 open on 0.0.0.0");
        assert_eq!(told[3], "FAIL from here: port 6379 of hemma answers");
        // The files and the engine agree, and the view from outside differs.
        let mut seen = views("127.0.0.1");
        seen.dialed = BTreeMap::from([(6379, Ok(Dialed::Open))]);
        assert_eq!(words(&seen)[3], "FAIL from here: port 6379 of hemma answers");
        // An untried port is not a pass.
        seen.outside = Outside::Unknown;
        assert!(words(&seen)[3].starts_with("? from here: "));
        seen.outside = Outside::Same;
        assert_eq!(words(&seen).len(), 3);
    }

    #[test]
    fn a_program_of_the_host_counts_where_it_answers() {
        let rows = [
            (Some(Dialed::Open), "FAIL host: node (pid 7) listens on ::, port 8080, and answers"),
            (
                Some(Dialed::Silent),
                "pass host: node (pid 7) listens on ::, port 8080; from here it",
            ),
            (None, "FAIL host: node (pid 7) listens on ::, port 8080"),
        ];
        for (dialed, said) in rows {
            let mut views = views("127.0.0.1");
            let more = listener("::", 8080, "node (pid 7)");
            if let Ok(Some(listeners)) = &mut views.listeners {
                listeners.push(more);
            }
            views.dialed = dialed.map(|it| (8080, Ok(it))).into_iter().collect();
            assert!(words(&views)[2].starts_with(said), "{:?}", words(&views));
        }
    }
}
