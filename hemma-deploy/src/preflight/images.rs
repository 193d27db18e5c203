//! The images that a deploy needs from registries.

use std::collections::BTreeSet;

use hemma_core::{Finding, Hint};
use hemma_docker::compose::Model;
use hemma_docker::image::{self, Image};
use hemma_docker::registry::{Reason, registry_of};

use super::{Offer, Preflight, Sources, noticed};
use crate::ids;

/// The images that Dockerfiles begin from, and that neither the host has nor a service builds.
pub(crate) fn missing(model: &Model, seen: &Sources, images: &[Image]) -> BTreeSet<String> {
    let bases = seen.bases.iter().map(|it| &it.1);
    let missing = bases.filter(|it| image::named(images, it).is_none() && !model.builds(it));
    missing.cloned().collect()
}

/// What registries said about the missing images, where a deploy would fail at them.
pub(super) fn findings(model: &Model, preflight: &Preflight) -> Vec<Finding> {
    let finding = |(image, offer): (&String, &Offer)| {
        let found = finding(image, offer)?;
        // The login that a registry wants is of no use for an image that is made here.
        let made_here = matches!(offer, Offer::None | Offer::Login | Offer::Unknown(_));
        let advice = noticed::how_to_build(image, &preflight.seen).filter(|_| made_here);
        Some(match advice {
            Some((advice, spots)) => found.hint(Hint::Do(advice)).evidence(spots),
            None => found,
        })
    };
    let failed = preflight.offers.iter().filter_map(|it| Some((it.0, finding(it)?)));
    let with_places = failed.map(|(image, finding)| {
        let bases = preflight.seen.bases.iter().filter(|it| it.1 == *image);
        let services = model.services.iter().filter(|(_, it)| it.image == *image);
        let services = services.map(|it| format!("service {}", it.0));
        finding.evidence(bases.map(|it| it.0.to_string()).chain(services))
    });
    with_places.collect()
}

fn finding(image: &str, offer: &Offer) -> Option<Finding> {
    let registry = registry_of(image);
    let missing = "the host does not have it, no service that is deployed builds it and";
    let fail = |why: String| {
        Finding::fail(ids::IMAGE_MISSING, format!("image {image}"), format!("{missing} {why}"))
    };
    let advice = format!("build {image} on the host, or name another image in its place");
    let advice = |it: Finding| it.hint(Hint::Do(advice));
    Some(match offer {
        Offer::There => return None,
        Offer::None => advice(fail("no registry offers it".to_owned())),
        Offer::Login => fail(format!("{registry} has no such image, or wants a login for it"))
            .hint(Reason::Login.hint(registry)),
        Offer::Other(platforms) => {
            advice(fail(format!("{registry} has it only for other platforms: {platforms}")))
        }
        Offer::Limited => unseen(image, &format!("{registry} takes no more requests for now"))
            .hint(Reason::RateLimit.hint(registry)),
        Offer::Unknown(said) => {
            advice(unseen(image, &format!("{registry} did not answer: {said}")))
        }
    })
}

fn unseen(image: &str, why: &str) -> Finding {
    let why =
        format!("the host does not have it, no service that is deployed builds it, and {why}");
    Finding::unseen(ids::IMAGE_UNSEEN, format!("image {image}"), why)
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::{BuildSpec, Service, Spot};
    use hemma_docker::testing::service_name;

    use super::*;

    fn lines(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(|it| format!("{}: {}", it.subject, it.detail)).collect()
    }

    #[test]
    fn a_base_that_nothing_gives_is_named_once() {
        let build = Some(BuildSpec::default());
        let service = Service { replicas: 1, image: "p-deps".into(), build, ..Service::default() };
        let services = [(service_name("deps"), service)].into();
        let model = Model { services, ..Model::default() };
        let base = |line, image: &str| {
            (Spot { file: "api/Dockerfile".to_owned(), line }, image.to_owned())
        };
        let bases =
            vec![base(1, "gone:dev"), base(9, "gone:dev"), base(2, "p-deps"), base(3, "python:3")];
        let seen = Sources { bases, ..Sources::default() };
        let found: Vec<_> = missing(&model, &seen, &[]).into_iter().collect();
        assert_eq!(found, ["gone:dev", "python:3"]);
        let offer = |image: &str, offer| (image.to_owned(), offer);
        let offers = [offer("gone:dev", Offer::None), offer("python:3", Offer::There)].into();
        let found = findings(&model, &Preflight { seen, offers, ..Preflight::default() });
        let expected = "image gone:dev: the host does not have it, no service that is deployed builds it and no registry offers it";
        assert_eq!(lines(&found), [expected]);
        assert_eq!(found[0].evidence, ["api/Dockerfile:1", "api/Dockerfile:9"]);
    }

    #[test]
    fn what_a_registry_said_of_a_service_s_image_is_told_apart() {
        let run = |image: &str, offer: Offer| {
            let service = Service { replicas: 1, image: image.into(), ..Service::default() };
            let model =
                Model { services: [(service_name("web"), service)].into(), ..Model::default() };
            let offers = [(image.to_owned(), offer)].into();
            let found = findings(&model, &Preflight { offers, ..Preflight::default() });
            let [found] = &found[..] else { panic!("one finding: {found:?}") };
            assert_eq!(found.evidence, ["service web"]);
            let hint = found.hint.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} | {hint}", found.detail)
        };
        let missing = "the host does not have it, no service that is deployed builds it";
        for (image, offer, expected) in [
            (
                "r.example/app:1",
                Offer::Login,
                "and r.example has no such image, or wants a login for it | \
                 log docker on the host in to r.example, as root if it runs under sudo",
            ),
            (
                "team/app",
                Offer::Login,
                "and docker.io has no such image, or wants a login for it | \
                 log docker on the host in to docker.io, as root if it runs under sudo",
            ),
            (
                "redis:7",
                Offer::Other("arm64 s390x".into()),
                "and docker.io has it only for other platforms: arm64 s390x | \
                 build redis:7 on the host, or name another image in its place",
            ),
            (
                "redis:7",
                Offer::Limited,
                ", and docker.io takes no more requests for now | \
                 wait until the limit of docker.io has passed, or log in to it",
            ),
        ] {
            let said = run(image, offer);
            let rest = said.strip_prefix(missing).expect("it begins with what is missing");
            assert_eq!(rest.trim_start(), expected);
        }
    }
}
