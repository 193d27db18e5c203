//! What follows from what was seen.

use std::collections::BTreeMap;

use hemma_core::{Finding, Hint};

use super::{Absence, Offer, Preflight, Sources, Spot};
use crate::compose::{Model, Port};
use crate::image::Image;
use crate::plan::image_named;

/// What stops a deploy. `overlay` is the file for what the repository cannot mend.
pub(super) fn findings(model: &Model, preflight: &Preflight, overlay: &str) -> Vec<Finding> {
    let Preflight { seen, .. } = preflight;
    [bases(preflight), buildkit(seen), mounts(model, seen, overlay)].concat()
}

/// What a deploy gets through, and somebody should know.
pub(crate) fn remarks(model: &Model) -> Vec<String> {
    let mut waits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, service) in model.services.iter().filter(|(_, it)| it.replicas > 0) {
        let off = |it: &&String| model.services.get(*it).is_some_and(|it| it.replicas == 0);
        for needed in service.depends_on.keys().filter(off) {
            waits.entry(needed).or_default().push(name);
        }
    }
    let shown = |(needed, names): (&str, Vec<&str>)| {
        let names = names.join(", ");
        format!("{needed} has zero replicas, and nobody waits for it: {names}")
    };
    let unset = (!model.unset.is_empty())
        .then(|| format!("set nowhere, and blank: {}", model.unset.join(", ")));
    waits.into_iter().map(shown).chain(unset).collect()
}

/// Images that Dockerfiles begin from, and that neither the host has nor a service builds.
pub(crate) fn missing(model: &Model, seen: &Sources, images: &[Image]) -> Vec<String> {
    let is_built = |image: &str| {
        let mut services = model.services.values().filter(|it| it.build.is_some());
        services.any(|it| it.image == image || format!("{}:latest", it.image) == image)
    };
    let is_there = |image: &str| image_named(images, image).is_some();
    let mut missing: Vec<String> = seen.bases.iter().map(|it| it.1.clone()).collect();
    missing.retain(|it| !is_there(it) && !is_built(it));
    missing.sort();
    missing.dedup();
    missing
}

fn bases(preflight: &Preflight) -> Vec<Finding> {
    let finding = |(image, offer): (&String, &Offer)| {
        let subject = format!("image {image}");
        let finding = match offer {
            Offer::There => return None,
            Offer::None => Finding::fail(
                subject,
                "the host does not have it, no service builds it and no registry offers it",
            ),
            Offer::Unknown(said) => Finding::unseen(
                subject,
                format!(
                    "neither the host has it nor a service builds it, and its registry did not answer: {said}"
                ),
            ),
        };
        let from = preflight.seen.bases.iter().filter(|it| it.1 == *image);
        let advice = format!("build {image} on the host, or name another image in FROM");
        Some(finding.evidence(from.map(|it| it.0.to_string())).hint(Hint::Do(advice)))
    };
    preflight.offers.iter().filter_map(finding).collect()
}

fn buildkit(seen: &Sources) -> Vec<Finding> {
    if seen.buildx {
        return Vec::new();
    }
    let finding = |(spot, what): &(Spot, String)| {
        let advice = "install docker-buildx-plugin on the host, or build without it";
        Finding::fail(
            spot.to_string(),
            format!("{what} needs BuildKit, and the host has no buildx"),
        )
        .hint(Hint::Do(advice.to_owned()))
    };
    seen.buildkit.iter().map(finding).collect()
}

fn mounts(model: &Model, seen: &Sources, overlay: &str) -> Vec<Finding> {
    let wanted = model.services.iter().filter(|(_, it)| it.replicas > 0);
    let mounted = wanted.flat_map(|(name, it)| it.binds.iter().map(move |bind| (name, bind)));
    let finding = |(name, bind): (&String, &String)| {
        let why = match seen.absent.get(bind)? {
            Absence::Absent => "it is not there: Docker would mount an empty directory",
            Absence::Ignored => {
                "git ignores it, so no clone has it: Docker would mount an empty directory"
            }
            Absence::Empty => "it is empty, and git ignores what belongs there",
        };
        let spot = seen.mentions.get(bind);
        let advice = format!(
            "put it on the host, or take the mount away in {overlay}: `volumes: !reset []` for {name}",
        );
        let finding = Finding::fail(format!("mount {bind} of {name}"), why);
        Some(finding.evidence(spot.map(Spot::to_string)).hint(Hint::Do(advice)))
    };
    mounted.filter_map(finding).collect()
}

/// As it is usually written.
pub(crate) fn mapping(port: &Port) -> String {
    format!("{}:{}", port.published, port.target)
}

fn is_public(port: &Port) -> bool {
    !port.published.is_empty() && !port.is_local()
}

/// The texts whose place the findings name.
pub(crate) fn mentions(model: &Model) -> Vec<String> {
    let wanted = || model.services.values().filter(|it| it.replicas > 0);
    let ports = wanted().flat_map(|it| it.ports.iter().filter(|it| is_public(it)).map(mapping));
    let mut texts: Vec<String> = wanted().flat_map(|it| it.binds.clone()).chain(ports).collect();
    texts.sort();
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{BuildSpec, Service};

    fn service(name: &str, change: impl FnOnce(&mut Service)) -> Model {
        let mut service = Service { replicas: 1, image: format!("p-{name}"), ..Service::default() };
        change(&mut service);
        Model { services: [(name.to_owned(), service)].into(), ..Model::default() }
    }

    fn shown(model: &Model, seen: &Sources) -> Vec<String> {
        let preflight = Preflight { seen: seen.clone(), offers: BTreeMap::new() };
        lines(&findings(model, &preflight, "the overlay"))
    }

    fn lines(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(|it| format!("{}: {}", it.subject, it.detail)).collect()
    }

    fn spot(file: &str, line: usize) -> Spot {
        Spot { file: file.to_owned(), line }
    }

    #[test]
    fn a_base_that_nothing_gives_is_named_once() {
        let build = BuildSpec {
            context: ".".into(),
            dockerfile: "Dockerfile".into(),
            images: BTreeMap::default(),
        };
        let model = service("deps", |it| it.build = Some(build));
        let base = |line, image: &str| (spot("api/Dockerfile", line), image.to_owned());
        let bases =
            vec![base(1, "gone:dev"), base(9, "gone:dev"), base(2, "p-deps"), base(3, "python:3")];
        let seen = Sources { bases, ..Sources::default() };
        assert_eq!(missing(&model, &seen, &[]), ["gone:dev", "python:3"]);
        let offer = |image: &str, offer| (image.to_owned(), offer);
        let offers = [offer("gone:dev", Offer::None), offer("python:3", Offer::There)].into();
        let found = findings(&model, &Preflight { seen, offers }, "the overlay");
        let expected = "image gone:dev: the host does not have it, no service builds it and no registry offers it";
        assert_eq!(lines(&found), [expected]);
        assert_eq!(found[0].evidence, ["api/Dockerfile:1", "api/Dockerfile:9"]);
    }

    #[test]
    fn buildkit_is_missed_only_where_it_is_needed() {
        let needs = vec![(spot("api/Dockerfile", 4), "RUN --mount".to_owned())];
        let seen = |buildx| Sources { buildx, buildkit: needs.clone(), ..Sources::default() };
        let expected = "api/Dockerfile:4: RUN --mount needs BuildKit, and the host has no buildx";
        assert_eq!(shown(&Model::default(), &seen(false)), [expected]);
        assert_eq!(shown(&Model::default(), &seen(true)), [""; 0]);
    }

    #[test]
    fn a_mount_that_would_be_empty_is_a_failure() {
        let model = service("bff", |it| it.binds = vec!["frontend/dist".into(), "there".into()]);
        let rows = [
            (Absence::Absent, "it is not there: Docker would mount an empty directory"),
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
    fn a_dependency_on_nothing_is_remarked() {
        let mut model = service("api", |it| {
            it.depends_on = [("api_db".into(), "service_healthy".into())].into();
        });
        model.services.insert("api_db".to_owned(), Service::default());
        model.unset = vec!["GOOGLE_API_KEY".to_owned()];
        assert_eq!(
            remarks(&model),
            [
                "api_db has zero replicas, and nobody waits for it: api",
                "set nowhere, and blank: GOOGLE_API_KEY",
            ]
        );
    }
}
