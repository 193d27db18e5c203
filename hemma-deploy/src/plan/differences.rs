//! The parts in which a service differs from its old files, or from its running container.

use std::collections::{BTreeMap, BTreeSet};

use hemma_docker::ContainerParts;
use hemma_docker::compose::{Port, Service};

/// Parts that do not reach the container; Compose leaves them out of its own hash as well.
const SILENT: [&str; 3] = ["depends_on", "profiles", "pull_policy"];

/// The parts of a container that compare directly with the files, as do the variables and labels.
const WORDS: [&str; 4] = ["command", "entrypoint", "user", "working_dir"];

/// Variables that Compose copies from the settings of the Docker client.
const OF_THE_CLIENT: [&str; 5] =
    ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

/// The number of names that keeps a line readable.
const NAMES_MAX: usize = 4;

/// The parts of a service that differ in `after`.
pub(super) fn between(before: &Service, after: &Service) -> Vec<String> {
    let keys = before.parts.keys().chain(after.parts.keys());
    let differ: BTreeSet<&String> = keys
        .filter(|it| before.parts.get(*it) != after.parts.get(*it))
        .filter(|it| !SILENT.contains(&it.as_str()))
        .collect();
    differ.into_iter().cloned().collect()
}

/// The parts of a service that differ in its container, as far as they compare. An empty list does
/// not prove that there is no difference.
pub(super) fn from_running(service: &Service, running: &ContainerParts) -> Vec<String> {
    let empty = BTreeMap::new();
    let given = running.given.as_ref();
    let names =
        service.parts.keys().chain(running.parts.keys()).chain(given.unwrap_or(&empty).keys());
    let mut differ: BTreeSet<String> = names
        .filter(|it| compares(it))
        .filter(|it| {
            // A service with its own entrypoint does not use the image's command.
            let own = *it == "command" && service.parts.contains_key("entrypoint");
            let given = given.filter(|_| !own);
            let wanted = service.parts.get(*it);
            let is_known = wanted.is_some() || running.given.is_some();
            let wanted = wanted.or_else(|| given?.get(*it));
            is_known && wanted != running.parts.get(*it)
        })
        .cloned()
        .collect();
    let whole = [
        ("image", service.image != running.image),
        ("restart", !service.restart_policy().starts_with(&running.restart)),
        ("ports", is_plain(&service.ports) && sorted(&service.ports) != sorted(&running.ports)),
        ("volumes", set(&service.binds) != set(&running.binds)),
    ];
    differ.extend(whole.into_iter().filter(|it| it.1).map(|it| it.0.to_owned()));
    differ.into_iter().collect()
}

fn compares(name: &str) -> bool {
    match name.split_once('.') {
        Some(("environment", name)) => !OF_THE_CLIENT.contains(&&*name.to_ascii_uppercase()),
        Some(("labels", _)) => true,
        _ => WORDS.contains(&name),
    }
}

/// Whether each port is a single given one: the others are chosen by the engine.
fn is_plain(ports: &[Port]) -> bool {
    ports.iter().all(|it| it.published.parse::<u16>().is_ok())
}

fn sorted(ports: &[Port]) -> Vec<(&str, &str, u64, &str)> {
    fn row(it: &Port) -> (&str, &str, u64, &str) {
        (&it.published, &it.host_ip, it.target, &it.protocol)
    }
    let mut rows: Vec<_> = ports.iter().map(row).collect();
    rows.sort_unstable();
    rows
}

fn set(texts: &[String]) -> BTreeSet<&String> {
    texts.iter().collect()
}

/// The parts for a reader: `environment A, B; ports`. Names only, and not all of many.
pub(super) fn named(parts: &[String]) -> String {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in parts {
        let (group, name) = part.split_once('.').map_or((&**part, None), |it| (it.0, Some(it.1)));
        groups.entry(group).or_default().extend(name);
    }
    let shown = |(group, names): (&str, Vec<&str>)| match &names[..] {
        [] => group.to_owned(),
        [first @ .., _] if first.len() < NAMES_MAX => format!("{group} {}", names.join(", ")),
        _ => {
            let more = names.len() - (NAMES_MAX - 1);
            format!("{group} {} and {more} more", names[..NAMES_MAX - 1].join(", "))
        }
    };
    groups.into_iter().map(shown).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
    }

    fn service(parts: &[(&str, &str)]) -> Service {
        let (image, restart) = ("p-s".to_owned(), "no".to_owned());
        Service { image, restart, parts: map(parts), ..Service::default() }
    }

    #[test]
    fn what_differs_from_a_container_is_named() {
        type Row<'r> = (&'r [(&'r str, &'r str)], &'r [&'r str]);
        let running = ContainerParts {
            image: "p-s".into(),
            restart: "no".into(),
            parts: map(&[("environment.A", "1"), ("environment.PATH", "p"), ("command", "serve")]),
            given: Some(map(&[("environment.PATH", "p"), ("command", "serve")])),
            ..ContainerParts::default()
        };
        let rows: [Row<'_>; 7] = [
            (&[("environment.A", "1"), ("healthcheck", "x")], &[]),
            (&[("environment.A", "2")], &["environment.A"]),
            (&[], &["environment.A"]),
            (&[("environment.A", "1"), ("environment.B", "1")], &["environment.B"]),
            (&[("environment.A", "1"), ("environment.PATH", "q")], &["environment.PATH"]),
            (&[("environment.A", "1"), ("command", "idle")], &["command"]),
            (&[("environment.A", "1"), ("entrypoint", "x")], &["command", "entrypoint"]),
        ];
        for (parts, differ) in rows {
            assert_eq!(from_running(&service(parts), &running), differ, "{parts:?}");
        }
        let mut other = service(&[("environment.A", "1")]);
        other.image = "p-t".to_owned();
        other.binds = vec!["conf".to_owned()];
        assert_eq!(from_running(&other, &running), ["image", "volumes"]);
        // Without the image it is not known what only the image could have given.
        let alone = ContainerParts { given: None, ..running };
        assert_eq!(from_running(&service(&[]), &alone), [""; 0]);
    }

    #[test]
    fn what_reaches_no_container_is_no_difference() {
        let (before, after) =
            (service(&[("profiles", "1"), ("ports", "1")]), service(&[("profiles", "2")]));
        assert_eq!(between(&before, &after), ["ports"]);
    }

    #[test]
    fn names_are_grouped_and_few() {
        let owned = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let rows: [(&[&str], &str); 4] = [
            (&["environment.A", "ports"], "environment A; ports"),
            (&["environment.A", "environment.B", "labels.a.b"], "environment A, B; labels a.b"),
            (
                &["environment.A", "environment.B", "environment.C", "environment.D"],
                "environment A, B, C, D",
            ),
            (
                &[
                    "environment.A",
                    "environment.B",
                    "environment.C",
                    "environment.D",
                    "environment.E",
                ],
                "environment A, B, C and 2 more",
            ),
        ];
        for (parts, shown) in rows {
            assert_eq!(named(&owned(parts)), shown);
        }
    }
}
