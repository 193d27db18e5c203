//! What of the services the public reaches, and through which ports.

use std::collections::BTreeSet;

use hemma_core::names::{DomainName, ForwardName, LocalPort, ServiceName};
use hemma_docker::compose::outline::{Placed, Proxy, PublishedPort, ServiceOutline};

use super::draft::{Draft, Table, Value};
use super::{About, Answers, Facts, Question, Source};

/// Images whose port speaks no HTTP, and is nothing for other machines.
const NOT_HTTP: [&str; 16] = [
    "postgres",
    "postgis",
    "pgvector",
    "timescaledb",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "valkey",
    "memcached",
    "kafka",
    "rabbitmq",
    "nats",
    "zookeeper",
    "cassandra",
    "mosquitto",
];

/// Whether a service keeps data for others and speaks another protocol than HTTP.
pub(super) fn is_store(service: &ServiceOutline) -> bool {
    service.image_name().is_some_and(|it| NOT_HTTP.contains(&it))
}

/// Ends of names that no public DNS has.
const NOT_PUBLIC: [&str; 8] =
    [".local", ".localhost", ".test", ".internal", ".lan", ".home", ".invalid", ".localdomain"];

/// A public name, the service behind it, and its source.
pub(super) type Public = (DomainName, ServiceName, Source);

/// The public names of the services, each once.
pub(super) fn names<'f>(
    services: impl Iterator<Item = (&'f String, &'f ServiceOutline)>,
    (facts, answers): (&Facts, &Answers),
    draft: &mut Draft,
) -> Vec<Public> {
    let mut found: Vec<Public> = Vec::new();
    for (name, service, said) in &answers.public {
        found.push((name.clone(), service.clone(), said.source("--public")));
    }
    for (name, service) in services {
        let Ok(parsed) = name.parse::<ServiceName>() else {
            draft
                .note(format!("{name}: the service is left out, as no service can have that name"));
            continue;
        };
        if answers.public.iter().any(|it| it.1 == parsed) {
            continue;
        }
        for (text, source) in texts((name.as_str(), service), facts, answers, draft) {
            match public_name(&text) {
                Ok(it) => found.push((it, parsed.clone(), source)),
                Err(why) => draft.note(format!("`{text}` of {name} is left out: {why} ({source})")),
            }
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|it| seen.insert(it.0.clone()));
    found
}

/// The texts of a service's names. Where only the host's `.env` has one, the running container says
/// it, or the operator.
fn texts(
    (name, service): (&str, &ServiceOutline),
    facts: &Facts,
    answers: &Answers,
    draft: &mut Draft,
) -> Vec<(String, Source)> {
    let running = facts.host.as_ref().and_then(|it| it.virtual_hosts.get(name));
    let mut all = Vec::new();
    let mut asks = None;
    for host in &service.public {
        let is_plain = host.name.as_deref() == Some(host.text.as_str());
        let running = running.filter(|_| host.by == Proxy::Nginx && !is_plain);
        if let Some(names) = running {
            let source = || Source::Host(format!("VIRTUAL_HOST of its container {name}"));
            let names = names.split(',').map(str::trim).filter(|it| !it.is_empty());
            all.extend(names.map(|it| (it.to_owned(), source())));
        } else if let Some(text) = host.name.as_ref().filter(|_| is_plain) {
            all.push((text.clone(), Source::line(host.line.as_ref())));
        } else {
            asks.get_or_insert(host);
        }
    }
    let is_settled = !all.is_empty() || answers.not_public.contains(name);
    if let Some(host) = asks.filter(|_| !is_settled) {
        let at = host.line.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
        draft.ask(Question {
            about: About::Public(name.to_owned()),
            words: format!("Which public name does {name} have? It takes `{}`{at}.", host.text),
            guess: host.name.clone().filter(|it| public_name(it).is_ok()),
            flag: format!("--public NAME={name}"),
            otherwise: "it is left out",
        });
    }
    all
}

/// A name that public DNS can have.
fn public_name(text: &str) -> Result<DomainName, String> {
    if text.starts_with('~') {
        return Err("it is a pattern; name each host with --public".to_owned());
    }
    let name: DomainName =
        text.parse().map_err(|it: hemma_core::names::NameError| it.to_string())?;
    if !name.contains('.') || NOT_PUBLIC.iter().any(|it| name.ends_with(it)) {
        return Err("it is not a name of public DNS".to_owned());
    }
    Ok(name)
}

/// A port that a service publishes.
struct Published<'f> {
    service: &'f str,
    number: u16,
    line: Source,
    is_local: bool,
    is_store: bool,
}

/// The forwards to ports of the host alone, and the ports that other machines may reach.
pub(super) fn ports<'f>(
    services: impl Iterator<Item = (&'f String, &'f ServiceOutline)>,
    answers: &Answers,
    draft: &mut Draft,
) -> (Vec<Table>, Vec<(u16, Source)>) {
    let (mut forwards, mut open) = (Vec::new(), Vec::new());
    for number in &answers.open {
        open.push((*number, Source::Flag("--open")));
    }
    let mut taken = Taken::default();
    for (name, service) in services {
        for port in &service.ports {
            let Some(it) = published(name, service, port, draft) else { continue };
            if it.is_local {
                let forward = port.value.is_tcp.then(|| forward(&it, &mut taken, draft));
                forwards.extend(forward.flatten());
            } else if !it.is_local && !open.iter().any(|(number, _)| *number == it.number) {
                open.extend(opened(&it, answers, draft));
            }
        }
    }
    (forwards, open)
}

fn published<'f>(
    name: &'f str,
    service: &ServiceOutline,
    port: &Placed<PublishedPort>,
    draft: &mut Draft,
) -> Option<Published<'f>> {
    let line = Source::line(port.line.as_ref());
    let Some(number) = port.value.published else {
        draft.note(format!(
            "a port of {name} is left out, as it has not one number on the host ({line})"
        ));
        return None;
    };
    let (is_local, is_store) = (port.value.is_local(), is_store(service));
    Some(Published { service: name, number, line, is_local, is_store })
}

/// The names and the ports of this machine that forwards have already.
#[derive(Default)]
struct Taken {
    names: BTreeSet<String>,
    local: BTreeSet<u16>,
}

fn forward(it: &Published<'_>, taken: &mut Taken, draft: &mut Draft) -> Option<Table> {
    if it.is_store {
        let Published { service, number, line, .. } = it;
        draft.note(format!(
            "port {number} of {service} gets no [[forward]], as it does not speak HTTP ({line})"
        ));
        return None;
    }
    let service: ServiceName = it.service.parse().ok()?;
    // Ports below 1024 of this machine belong to its administrator.
    let local = LocalPort::try_from(it.number);
    let local = local.or_else(|_| LocalPort::try_from(it.number.saturating_add(8000)));
    let local = local.ok()?.get();
    let name = it.service.replace('_', "-");
    let name = name.trim_start_matches(['-', '.']).chars().take(50).collect::<String>();
    let is_taken = taken.names.contains(&name.to_lowercase());
    let name = if is_taken { format!("{name}-{}", it.number) } else { name };
    let is_new = taken.names.insert(name.to_lowercase()) && taken.local.insert(local);
    if !is_new || name.parse::<ForwardName>().is_err() {
        return None;
    }
    let values = vec![
        Value::text("name", &name, it.line.clone()),
        Value::text("service", &service, it.line.clone()),
        Value::number("local", local, it.line.clone()),
        Value::number("remote", it.number, it.line.clone()),
    ];
    Some(Table { name: "forward".to_owned(), is_list: true, values })
}

fn opened(it: &Published<'_>, answers: &Answers, draft: &mut Draft) -> Option<(u16, Source)> {
    let Published { service, number, line, .. } = it;
    if matches!(*number, 80 | 443) {
        return Some((*number, line.clone()));
    }
    match answers.may_be_open(*number) {
        Some(true) => Some((*number, Source::Answer)),
        Some(false) => {
            draft.note(format!(
                "port {number} of {service} is published for other machines ({line}); publish it \
                 on 127.0.0.1, or a deploy is refused"
            ));
            None
        }
        None => {
            let store =
                if it.is_store { " It keeps data, and should be open to no machine." } else { "" };
            draft.ask(Question {
                about: About::Open(*number),
                words: format!(
                    "May other machines reach port {number} of {service}, as {line} publishes \
                     it?{store}"
                ),
                guess: Some("n".to_owned()),
                flag: format!("--open {number}"),
                otherwise: "it is not named, and a deploy is refused until it is published on \
                            127.0.0.1",
            });
            None
        }
    }
}
