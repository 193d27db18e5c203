//! The draft for a repository.

use std::collections::BTreeSet;

use hemma_core::names::{NetworkName, ProjectName, ServiceName};
use hemma_docker::compose::outline::{Proxy, ServiceOutline};

use super::draft::{Draft, Role, Table, Value};
use super::files::Chosen;
use super::place::{host, repository};
use super::{About, Answers, Facts, Question, Source, edge, keys, publics};

/// The draft for a repository. `home` is the home directory on the host.
pub fn propose(facts: &Facts, answers: &Answers, chosen: &Chosen, home: Option<&str>) -> Draft {
    let mut draft = Draft::default();
    let checkout = host(facts, answers, home, &mut draft);
    repository(facts, answers, &mut draft);
    let profiles = profiles(facts, answers, chosen, &mut draft);
    let live = |it: &(&String, &ServiceOutline)| {
        it.1.profiles.is_empty() || it.1.profiles.iter().any(|it| profiles.contains(it))
    };
    let services = || facts.outline.services.iter().filter(live);
    let names = publics::names(services(), (facts, answers), &mut draft);
    let (forwards, open) = publics::ports(services(), answers, &mut draft);
    compose(facts, (answers, chosen, checkout.as_str()), &profiles, &mut draft);
    let jobs = jobs(facts, services(), &mut draft);
    roles(facts, &profiles, (&names[..], &jobs[..]), &mut draft);
    public(names, open, (facts, answers), &mut draft);
    let database = keys::shared_database(services(), facts, &mut draft);
    draft.tables.extend(database);
    let required = keys::required(facts, &mut draft);
    draft.table("env", required.into_iter().collect());
    draft.tables.extend(forwards);
    for it in &facts.outline.unread {
        draft.note(format!("not read: {it}"));
    }
    draft
}

/// The profiles that are live.
fn profiles(facts: &Facts, answers: &Answers, chosen: &Chosen, draft: &mut Draft) -> Vec<String> {
    draft.questions.extend(chosen.question.clone());
    let all = facts.outline.profiles();
    if let Some((profiles, _)) = &answers.profiles {
        return profiles.iter().map(ToString::to_string).collect();
    }
    let stack = facts.host.as_ref().and_then(|it| it.stack.as_ref());
    if let Some(stack) = stack {
        let runs = |it: &&(&String, &ServiceOutline)| stack.services.contains(it.0);
        let services: Vec<_> = facts.outline.services.iter().collect();
        let on = services.iter().filter(runs).flat_map(|it| &it.1.profiles);
        return on.cloned().collect::<BTreeSet<_>>().into_iter().collect();
    }
    if !all.is_empty() {
        let names = all.into_iter().collect::<Vec<_>>().join(", ");
        draft.ask(Question {
            about: About::Profiles,
            words: format!("Which profiles are live on the host? There are {names}."),
            guess: Some(String::new()),
            flag: "--profile NAME".to_owned(),
            otherwise: "none of them is",
        });
    }
    Vec::new()
}

fn compose(
    facts: &Facts,
    (answers, chosen, checkout): (&Answers, &Chosen, &str),
    profiles: &[String],
    draft: &mut Draft,
) {
    let mut values: Vec<Value> = project(facts, answers, checkout, draft).into_iter().collect();
    if !chosen.files.is_empty() {
        let files = chosen.files.iter().map(ToString::to_string);
        values.push(Value::list("files", files, chosen.source.clone()));
    }
    for it in &chosen.elsewhere {
        draft.note(format!(
            "{it} is a compose file of the running project outside the repository; `overlay` in \
             [compose] takes one that lies next to the checkout"
        ));
    }
    if !profiles.is_empty() {
        let source = match &answers.profiles {
            Some((_, said)) => said.source("--profile"),
            None => Source::Host("its running containers".to_owned()),
        };
        values.push(Value::list("profiles", profiles.iter().cloned(), source));
    }
    values.extend(network(facts));
    draft.table("compose", values);
}

fn project(facts: &Facts, answers: &Answers, checkout: &str, draft: &mut Draft) -> Option<Value> {
    let value = |name: &ProjectName, source| Some(Value::text("project", name, source));
    if let Some((name, said)) = &answers.project {
        return value(name, said.source("--project"));
    }
    let stack = facts.host.as_ref().and_then(|it| it.stack.as_ref());
    if let Some(stack) = stack {
        match stack.project.parse() {
            Ok(name) => {
                return value(
                    &name,
                    Source::Host(format!("its containers in {}", stack.directory)),
                );
            }
            Err(_) => draft.note(format!("no project can be called `{}`", stack.project)),
        }
    }
    if let Some((name, _)) = &answers.kept {
        return value(name, Source::Answer);
    }
    if let Some(name) = &facts.outline.name
        && let Ok(project) = name.value.parse()
    {
        return value(&project, Source::line(name.line.as_ref()));
    }
    let name = ProjectName::of_directory(checkout)?;
    value(&name, Source::Guess("the name of the checkout's directory, as Compose does".to_owned()))
}

/// The external network that a reverse proxy shares: that of the services which tell it a name.
fn network(facts: &Facts) -> Option<Value> {
    let told = |it: &&ServiceOutline| it.public.iter().any(|it| it.by == Proxy::Nginx);
    let of = |it: &ServiceOutline| {
        let real = it.networks.iter().filter_map(|it| facts.outline.external_networks.get(it));
        real.cloned().collect::<BTreeSet<_>>()
    };
    let services: Vec<_> = facts.outline.services.values().filter(told).collect();
    let mut shared = services.iter().map(|it| of(it)).reduce(|a, b| &a & &b)?;
    let name: NetworkName = shared.pop_first().filter(|_| shared.is_empty())?.parse().ok()?;
    let line = services.first().and_then(|it| it.line.as_ref());
    Some(Value::text("network", &name, Source::line(line)))
}

/// The services that run once, to their end.
fn jobs<'f>(
    facts: &Facts,
    services: impl Iterator<Item = (&'f String, &'f ServiceOutline)>,
    draft: &mut Draft,
) -> Vec<String> {
    let awaited = facts.outline.awaited();
    let mut jobs = Vec::new();
    for (name, service) in services {
        let never = service.restart.as_ref().filter(|it| it.value == "no");
        let is_reached =
            service.has_healthcheck || !service.ports.is_empty() || !service.public.is_empty();
        let line = match (awaited.get(name.as_str()), never) {
            (Some(line), _) => *line,
            (None, Some(never)) if !is_reached => never.line.as_ref(),
            _ => continue,
        };
        // A name with a dot would need quotes.
        if name.parse::<ServiceName>().is_ok() && !name.contains('.') {
            let kind = Value::text("kind", "job", Source::line(line));
            draft.table(&format!("services.{name}"), vec![kind]);
        }
        jobs.push(name.clone());
    }
    jobs
}

fn roles(
    facts: &Facts,
    profiles: &[String],
    (names, jobs): (&[publics::Public], &[String]),
    draft: &mut Draft,
) {
    for (name, service) in &facts.outline.services {
        let is_off = !service.profiles.is_empty()
            && !service.profiles.iter().any(|it| profiles.contains(it));
        let role = if is_off {
            Role::Off
        } else if names.iter().any(|it| it.1 == name.as_str()) {
            Role::Public
        } else if jobs.contains(name) {
            Role::Job
        } else if publics::is_store(service) {
            Role::Store
        } else if service.ports.is_empty() {
            Role::Worker
        } else {
            Role::Published
        };
        draft.roles.push((name.clone(), role));
    }
}

/// The public names, and `[edge]`.
fn public(
    names: Vec<publics::Public>,
    open: Vec<(u16, Source)>,
    (facts, answers): (&Facts, &Answers),
    draft: &mut Draft,
) {
    let texts: Vec<String> = names.iter().map(|it| it.0.to_string()).collect();
    let wanted = !names.is_empty() || answers.edge.is_some();
    let target = wanted.then(|| edge::target(&texts, (facts, answers), draft)).flatten();
    let tables = names.into_iter().map(|(name, service, source)| Table {
        name: "public".to_owned(),
        is_list: true,
        values: vec![
            Value::text("name", &name, source.clone()),
            Value::text("service", &service, source),
        ],
    });
    if target.is_some() {
        draft.tables.extend(tables);
    } else {
        draft.withheld.extend(tables);
    }
    let mut values: Vec<Value> = target.into_iter().collect();
    let ports: BTreeSet<u16> =
        open.iter().map(|it| it.0).filter(|it| Answers::as_port(*it).is_some()).collect();
    if let Some((_, source)) = open.into_iter().next() {
        let ports = ports.into_iter().map(|it| i64::from(it).into()).collect();
        values.push(Value { key: "open", value: toml::Value::Array(ports), source });
    }
    draft.table("edge", values);
}
