//! The keys of `.env`, and the shared database.

use std::collections::BTreeSet;

use hemma_core::names::{ContainerName, EnvKey, PgName};
use hemma_docker::compose::outline::{DatabaseUse, ServiceOutline};

use super::draft::{Draft, Table, Value};
use super::{Facts, Source};

/// Keys that are Compose's own.
const COMPOSE: &str = "COMPOSE_";

/// The keys that must have a value: those that the compose files require, and those that they use
/// without a default and the example has.
pub(super) fn required(facts: &Facts, draft: &mut Draft) -> Option<Value> {
    let example = facts.example.as_ref();
    let in_example = |key: &str| example.is_some_and(|it| it.keys.iter().any(|it| it == key));
    let used = facts.outline.variables.iter().filter(|it| !it.0.starts_with(COMPOSE));
    let keys = used.filter(|(key, it)| it.is_required || in_example(key));
    let keys: Vec<(&String, Source)> = keys
        .filter(|it| it.0.parse::<EnvKey>().is_ok())
        .map(|(key, it)| (key, Source::line(it.line.as_ref())))
        .collect();
    if let Some(example) = example {
        let is_used = |key: &&EnvKey| !keys.iter().any(|it| **key == **it.0);
        let others: Vec<&str> = example.keys.iter().filter(is_used).map(EnvKey::as_str).collect();
        if !others.is_empty() {
            draft.note(format!(
                "keys of {} that the compose files do not require are not in [env] required: {}",
                example.file,
                others.join(", ")
            ));
        }
    }
    let source = keys.first()?.1.clone();
    Some(Value::list("required", keys.into_iter().map(|it| it.0.clone()), source))
}

/// The database server that several applications share: PostgreSQL in a container of none of the
/// services, which their environment names.
pub(super) fn shared_database<'f>(
    services: impl Iterator<Item = (&'f String, &'f ServiceOutline)> + Clone,
    facts: &Facts,
    draft: &mut Draft,
) -> Option<Table> {
    let own: BTreeSet<&str> = services.clone().map(|it| it.0.as_str()).collect();
    let uses = services.flat_map(|it| &it.1.databases).filter(|it| !own.contains(it.host.as_str()));
    let uses: Vec<&DatabaseUse> = uses.collect();
    let servers = facts.host.as_ref().map(|it| &it.servers);
    let known = |it: &&&DatabaseUse| match servers {
        Some(servers) => servers.contains(&it.host),
        // Its name alone says so.
        None => it.host.contains("postgres"),
    };
    let Some(first) = uses.iter().find(known) else {
        if let Some(it) = uses.first() {
            draft.note(format!(
                "no [database]: `{}`, which {} names, is not known as a PostgreSQL container of \
                 the host",
                it.host,
                Source::line(it.line.as_ref())
            ));
        }
        return None;
    };
    let source = match servers {
        Some(_) => Source::line(first.line.as_ref()),
        None => Source::Guess(format!("by its name in {}", Source::line(first.line.as_ref()))),
    };
    let (Some(role), Some(key)) = (&first.role, &first.password_key) else {
        draft.note(format!(
            "no [database]: {} does not say both the role and the key of its password",
            Source::line(first.line.as_ref())
        ));
        return None;
    };
    let is_right = first.host.parse::<ContainerName>().is_ok()
        && role.parse::<PgName>().is_ok()
        && !role.starts_with("pg_")
        && key.parse::<EnvKey>().is_ok();
    if !is_right {
        return None;
    }
    let of_server = uses.iter().filter(|it| it.host == first.host);
    let names: BTreeSet<&String> = of_server.filter_map(|it| it.database.as_ref()).collect();
    let names =
        names.into_iter().filter(|it| it.parse::<PgName>().is_ok() && !it.starts_with("template"));
    let mut values = vec![
        Value::text("container", &first.host, source.clone()),
        Value::text("role", role, source.clone()),
        Value::text("password_key", key, source.clone()),
    ];
    let names: Vec<String> = names.cloned().collect();
    if !names.is_empty() {
        values.push(Value::list("databases", names, source));
    }
    Some(Table { name: "database".to_owned(), is_list: false, values })
}
