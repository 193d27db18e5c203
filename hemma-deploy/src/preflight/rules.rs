//! The rules over the facts about a repository.

use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_core::{Finding, Hint};
use hemma_docker::compose::{Model, Port, Spot};

use super::builder::{self, INLINE, inline};
use super::{Absence, Preflight, Sources};
use crate::ids;

/// The findings that stop a deploy. `overlay` is the file for what the repository cannot fix.
pub(super) fn findings(model: &Model, preflight: &Preflight, overlay: &str) -> Vec<Finding> {
    let Preflight { seen, .. } = preflight;
    [builder::findings(model, seen), mounts(model, seen, overlay)].concat()
}

/// The remarks that do not stop a deploy.
pub(super) fn remarks(model: &Model, seen: &Sources) -> Vec<String> {
    let off = off(model).into_iter().map(|(needed, names)| {
        let (needed, names) = (placed(needed, seen.mentions.get(&key(needed))), names.join(", "));
        format!("{needed} has zero replicas, so these services do not wait for it: {names}")
    });
    let unset = model.unset.iter().map(|it| {
        let spot = uses(it).iter().find_map(|it| seen.mentions.get(it));
        placed(it, spot)
    });
    let unset: Vec<String> = unset.collect();
    let unset =
        (!unset.is_empty()).then(|| format!("not set anywhere, so empty: {}", unset.join(", ")));
    off.chain(unset).collect()
}

/// The remark about a mount that does not exist on the host.
pub(super) fn made(bind: &str, seen: &Sources) -> String {
    let bind = placed(bind, seen.mentions.get(bind));
    format!("{bind} does not exist on the host; Docker will create it as an empty directory")
}

fn placed(name: &str, spot: Option<&Spot>) -> String {
    spot.map_or_else(|| name.to_owned(), |it| format!("{name} ({it})"))
}

/// Services with zero replicas that others depend on, and those others.
fn off(model: &Model) -> BTreeMap<&str, Vec<&str>> {
    let mut waits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, service) in model.services.iter().filter(|(_, it)| it.replicas > 0) {
        let off = |it: &&String| model.services.get(it.as_str()).is_some_and(|it| it.replicas == 0);
        for needed in service.depends_on.keys().filter(off) {
            waits.entry(needed).or_default().push(name);
        }
    }
    waits
}

fn mounts(model: &Model, seen: &Sources, overlay: &str) -> Vec<Finding> {
    let wanted = model.services.iter().filter(|(_, it)| it.replicas > 0);
    let mounted = wanted.flat_map(|(name, it)| it.binds.iter().map(move |bind| (name, bind)));
    let finding = |(name, bind): (&ServiceName, &String)| {
        let why = match seen.absent.get(bind)? {
            Absence::Absent => "it does not exist: Docker would mount an empty directory",
            Absence::Ignored => {
                "git ignores it, so no clone has it: Docker would mount an empty directory"
            }
            Absence::Empty => "it is empty, and git ignores what belongs there",
        };
        let spot = seen.mentions.get(bind);
        let advice = format!(
            "put it on the host, or remove the mount in {overlay}: `volumes: !reset []` for {name}; \
             a directory that the application fills itself: `may_be_empty = [\"{bind}\"]` in [compose] \
             of hemma.toml",
        );
        let finding = Finding::fail(ids::MOUNT_ABSENT, format!("mount {bind} of {name}"), why);
        Some(finding.evidence(spot.map(Spot::to_string)).hint(Hint::Do(advice)))
    };
    mounted.filter_map(finding).collect()
}

/// The usual form of a fixed container name.
pub(crate) fn named(container: &str) -> String {
    format!("container_name: {container}")
}

/// The first line of a service or a network.
fn key(name: &str) -> String {
    format!(" {name}:")
}

/// The two forms of an external network: by its name, or as the key that is its name.
pub(crate) fn network(name: &str) -> [String; 2] {
    [format!("name: {name}"), key(name)]
}

/// The two forms of a variable that becomes blank where it is not set.
fn uses(variable: &str) -> [String; 2] {
    [format!("${{{variable}}}"), format!("${variable}")]
}

/// The texts whose place the findings name. `own` is the network that hemma creates, if any.
pub(crate) fn mentions(model: &Model, own: Option<&str>) -> Vec<String> {
    let wanted = || model.services.values().filter(|it| it.replicas > 0);
    let ports = wanted().flat_map(|it| it.ports.iter().flat_map(Port::written));
    let names = wanted().filter_map(|it| it.container_name.as_deref().map(named));
    let off = off(model).into_keys().map(key);
    let unset = model.unset.iter().flat_map(|it| uses(it));
    let foreign = model.external_networks.iter().filter(|it| Some(it.as_str()) != own);
    let networks = foreign.flat_map(|it| network(it));
    let inline = inline(model).first().map(|_| INLINE.to_owned());
    let mut texts: Vec<String> = wanted()
        .flat_map(|it| it.binds.clone())
        .chain(ports)
        .chain(names)
        .chain(off)
        .chain(unset)
        .chain(networks)
        .chain(inline)
        .collect();
    texts.sort();
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::Service;
    use hemma_docker::testing::service_name;

    use super::*;

    fn service(name: &str, change: impl FnOnce(&mut Service)) -> Model {
        let mut service = Service { replicas: 1, image: format!("p-{name}"), ..Service::default() };
        change(&mut service);
        Model { services: [(service_name(name), service)].into(), ..Model::default() }
    }

    fn shown(model: &Model, seen: &Sources) -> Vec<String> {
        let preflight = Preflight { seen: seen.clone(), ..Preflight::default() };
        lines(&findings(model, &preflight, "the overlay"))
    }

    fn lines(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(|it| format!("{}: {}", it.subject, it.detail)).collect()
    }

    fn spot(file: &str, line: usize) -> Spot {
        Spot { file: file.to_owned(), line }
    }

    #[test]
    fn a_mount_that_would_be_empty_is_a_failure() {
        let model = service("bff", |it| it.binds = vec!["frontend/dist".into(), "there".into()]);
        let rows = [
            (Absence::Absent, "it does not exist: Docker would mount an empty directory"),
            (
                Absence::Ignored,
                "git ignores it, so no clone has it: Docker would mount an empty directory",
            ),
            (Absence::Empty, "it is empty, and git ignores what belongs there"),
        ];
        for (absence, why) in rows {
            let absent = [("frontend/dist".to_owned(), absence)].into();
            let seen = Sources { absent, ..Sources::default() };
            assert_eq!(shown(&model, &seen), [format!("mount frontend/dist of bff: {why}")]);
        }
    }

    #[test]
    fn a_cache_may_begin_empty() {
        let model = service("embed", |it| it.binds = vec!["/srv/cache".into(), "conf".into()]);
        let absent = ["/srv/cache", "conf"].map(|it| (it.to_owned(), Absence::Absent)).into();
        let mentions = [("/srv/cache".to_owned(), spot("research.yml", 9))].into();
        let seen = Sources { absent, mentions, ..Sources::default() };
        assert_eq!(shown(&model, &seen).len(), 2);
        let preflight = Preflight { seen, ..Preflight::default() }.with_caches();
        let found = lines(&findings(&model, &preflight, "the overlay"));
        assert_eq!(
            found,
            ["mount conf of embed: it does not exist: Docker would mount an empty directory"]
        );
        let remark = "/srv/cache (research.yml:9) does not exist on the host; Docker will create it as an \
             empty directory";
        assert_eq!(preflight.news(None, &model), [remark]);
    }

    #[test]
    fn a_directory_that_the_application_fills_may_be_missing_or_empty() {
        let binds = ["data", "export", "conf", "/srv/media"];
        let model = service("web", |it| it.binds = binds.map(str::to_owned).to_vec());
        let absences =
            [Absence::Ignored, Absence::Empty, Absence::Absent, Absence::Absent].into_iter();
        let absent = binds.iter().map(|it| (*it).to_owned()).zip(absences).collect();
        let seen = Sources { absent, ..Sources::default() };
        let preflight = Preflight { seen, ..Preflight::default() };
        let found = findings(&model, &preflight, "the overlay");
        assert_eq!(found.len(), 4);
        let hint = format!("{:?}", found[0].hint);
        assert!(hint.contains(r#"may_be_empty = [\"data\"]"#), "{hint}");
        let paths = ["./data/", "export", "/srv//media"].map(|it| it.parse().expect("a path"));
        let preflight = preflight.allowing(&paths);
        let found = lines(&findings(&model, &preflight, "the overlay"));
        assert_eq!(
            found,
            ["mount conf of web: it does not exist: Docker would mount an empty directory"]
        );
        let made = |it: &str| {
            format!("{it} does not exist on the host; Docker will create it as an empty directory")
        };
        assert_eq!(preflight.news(None, &model), [made("data"), made("/srv/media")]);
    }

    #[test]
    fn a_dependency_on_nothing_is_remarked() {
        let mut model = service("api", |it| {
            it.depends_on = [("api_db".into(), "service_healthy".into())].into();
        });
        model.services.insert(service_name("api_db"), Service::default());
        model.unset = vec!["GOOGLE_API_KEY".to_owned(), "OTHER".to_owned()];
        assert_eq!(
            mentions(&model, Some("hule-network")),
            [" api_db:", "$GOOGLE_API_KEY", "$OTHER", "${GOOGLE_API_KEY}", "${OTHER}"]
        );
        let mentions = [
            (" api_db:".to_owned(), spot("prod.yml", 7)),
            ("${GOOGLE_API_KEY}".to_owned(), spot("services.yml", 12)),
        ];
        let seen = Sources { mentions: mentions.into(), ..Sources::default() };
        assert_eq!(
            remarks(&model, &seen),
            [
                "api_db (prod.yml:7) has zero replicas, so these services do not wait for it: api",
                "not set anywhere, so empty: GOOGLE_API_KEY (services.yml:12), OTHER",
            ]
        );
    }
}
