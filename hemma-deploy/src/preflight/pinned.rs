//! Images that are pinned: by a digest in the compose files, or by the last release.

use std::collections::BTreeMap;

use hemma_core::{Finding, causes};
use hemma_docker::compose::Model;
use hemma_docker::image::{self, Image, tag_of};

use super::SourcesError;
use super::tags::{Moved, RegistryTag, short};
use crate::release::Release;
use crate::{Remedy, ids};

/// The images of services that no build makes, and that neither a digest nor the release pins.
pub(crate) fn not_pinned(
    model: &Model,
    release: Option<&Release>,
    images: &[Image],
) -> Vec<Finding> {
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, service) in &model.services {
        let image = service.image.as_str();
        let is_pulled = service.replicas > 0 && !image.is_empty() && !model.builds(image);
        if is_pulled && !image.contains('@') {
            by_name.entry(image).or_default().push(format!("service {name}"));
        }
    }
    let finding = |(name, services): (&str, Vec<String>)| {
        let why = why_not(name, release, images)?;
        let detail = format!("[images] update = \"pinned\", and {why}");
        let finding = Finding::fail(ids::IMAGE_NOT_PINNED, format!("image {name}"), detail);
        Some(finding.evidence(services).remedy(Remedy::DeployAndPull))
    };
    by_name.into_iter().filter_map(finding).collect()
}

/// Why the image of a name by tag is not pinned.
fn why_not(name: &str, release: Option<&Release>, images: &[Image]) -> Option<String> {
    let tag = tag_of(name);
    let kept: Vec<&str> = release
        .iter()
        .flat_map(|it| &it.images)
        .filter(|it| tag_of(&it.name) == tag)
        .map(|it| it.id.as_str())
        .collect();
    let now = image::named(images, name);
    match (kept.first(), now) {
        (None, _) => {
            Some("neither a digest nor the last release says which image it is".to_owned())
        }
        (Some(_), Some(now)) if kept.contains(&now.id.as_str()) => None,
        (Some(kept), Some(now)) => Some(format!(
            "it is another image than the one that the last release kept: {} → {}",
            short(kept),
            short(&now.id)
        )),
        (Some(_), None) => {
            Some("the image that the last release kept has lost this name".to_owned())
        }
    }
}

/// What is known of the tags of pinned images, where they do not name the same image any more.
pub(crate) fn held_back(
    tags: Result<&BTreeMap<String, RegistryTag>, &SourcesError>,
    images: &[Image],
) -> Vec<Finding> {
    let unknown = "the pinned image is used; whether its tag names another one by now is not known";
    let held = |name: &str, detail: String| {
        Finding::pass(ids::IMAGE_TAG_HELD, format!("image {name}"), detail)
    };
    let tags = match tags {
        Ok(tags) => tags,
        Err(error) => {
            let detail = format!("{unknown}: {}", causes(error));
            return vec![Finding::pass(ids::IMAGE_TAG_HELD, "images", detail)];
        }
    };
    let finding =
        |(name, tag): (&String, &RegistryTag)| match tag.moved(image::named(images, name)?) {
            Moved::Not => None,
            Moved::To(from, to) => {
                let detail = format!(
                    "the pinned image is used; its tag names another one by now: {from} → {to}"
                );
                Some(held(name, detail).remedy(Remedy::DeployAndPull))
            }
            Moved::Unknown(said) => Some(held(name, format!("{unknown}: {said}"))),
        };
    tags.iter().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::{BuildSpec, Service};
    use hemma_docker::testing::service_name;

    use super::*;
    use crate::release::KeptImage;

    fn image(id: &str, tag: &str) -> Image {
        let digests = vec![format!("app@sha256:{id}-digest")];
        Image { id: format!("sha256:{id}"), tags: vec![tag.to_owned()], digests, created: 0 }
    }

    fn release(images: &[(&str, &str)]) -> Release {
        let kept = |(name, id): &(&str, &str)| KeptImage {
            service: service_name("web"),
            name: (*name).to_owned(),
            id: format!("sha256:{id}"),
        };
        Release {
            commit: "c".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            images: images.iter().map(kept).collect(),
            overlay_differs: false,
            kept_as: String::new(),
            env: None,
            files: Vec::new(),
        }
    }

    #[test]
    fn an_image_is_pinned_by_its_digest_or_by_the_release() {
        let kept = [("app:1", "one")];
        let there = [image("one", "app:1")];
        let moved = [image("two", "app:1")];
        let none = "neither a digest nor the last release says which image it is";
        let other =
            "it is another image than the one that the last release kept: sha256:one → sha256:two";
        let gone = "the image that the last release kept has lost this name";
        for (name, kept, images, why) in [
            ("app@sha256:1", None, &[][..], None),
            ("app:1@sha256:1", Some(&kept), &moved, None),
            ("app:1", None, &[], Some(none)),
            ("app:1", None, &there, Some(none)),
            ("app:2", Some(&kept), &there, Some(none)),
            ("app:1", Some(&kept), &there, None),
            ("docker.io/library/app:1", Some(&kept), &there, None),
            ("app:1", Some(&kept), &moved, Some(other)),
            ("app:1", Some(&kept), &[], Some(gone)),
        ] {
            let service = Service { replicas: 1, image: name.to_owned(), ..Service::default() };
            let off = Service { image: "off:1".to_owned(), ..Service::default() };
            let build = Some(BuildSpec::default());
            let own = Service { replicas: 1, image: "own".to_owned(), build, ..Service::default() };
            let services = [("web", service), ("off", off), ("own", own)];
            let services = services.map(|(name, it)| (service_name(name), it)).into();
            let model = Model { services, ..Model::default() };
            let release = kept.map(|it| release(it));
            let found = not_pinned(&model, release.as_ref(), images);
            let details: Vec<_> = found.iter().map(|it| it.detail.clone()).collect();
            let why: Vec<_> = why
                .map(|it| format!("[images] update = \"pinned\", and {it}"))
                .into_iter()
                .collect();
            assert_eq!(details, why, "{name}");
            assert!(found.iter().all(|it| it.evidence == ["service web"]), "{found:?}");
        }
    }

    #[test]
    fn a_tag_that_moved_is_said_and_never_fails() {
        let images = [image("one", "app:1"), image("two", "app:2")];
        let at = |digest: &str| RegistryTag::At(vec![digest.to_owned()]);
        let tags = BTreeMap::from([
            ("app:1".to_owned(), at("sha256:one-digest")),
            ("app:2".to_owned(), at("sha256:three-digest")),
            ("app:3".to_owned(), at("sha256:not-there")),
        ]);
        let found = held_back(Ok(&tags), &images);
        let [found] = &found[..] else { panic!("{found:?}") };
        assert_eq!(found.subject, "image app:2");
        assert!(
            found.detail.ends_with("by now: sha256:two-digest → sha256:three-digest"),
            "{found:?}"
        );
        let tags =
            BTreeMap::from([("app:1".to_owned(), RegistryTag::Unknown("r wants a login".into()))]);
        let found = held_back(Ok(&tags), &images);
        assert!(found[0].detail.ends_with("is not known: r wants a login"), "{found:?}");
        assert_eq!(found[0].verdict, hemma_core::Verdict::Pass);
    }
}
