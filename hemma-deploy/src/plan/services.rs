//! The steps of each service: the files compared with what runs.

use std::collections::{BTreeMap, BTreeSet};

use hemma_core::names::ServiceName;
use hemma_docker::Container;
use hemma_docker::compose::{Model, Service};
use hemma_docker::image;
use hemma_git::checkout::Since;

use super::container::{self, binding, parts_that_differ};
use super::seen::{Base, Seen};
use super::{Action, Cause, ContainerAction, ImageInputs, Step};

/// The pulls, the builds, then the containers, each in the order of the names: Compose orders by
/// dependency.
pub(crate) fn service_steps(seen: &Seen<'_>) -> Vec<Step> {
    let wanted = seen.model.services.iter().filter(|(_, it)| it.replicas > 0);
    let wanted: Vec<_> = wanted.collect();
    let builds: BTreeMap<&ServiceName, Step> =
        wanted.iter().filter_map(|(name, it)| Some((*name, build(seen, name, it)?))).collect();
    let built = |name: &ServiceName| builds.contains_key(name);
    let of_container =
        |it: &(&ServiceName, &Service)| container::step(seen, it.0, it.1, built(it.0));
    let mut containers: Vec<Step> = wanted.iter().filter_map(of_container).collect();
    container::with_sharers(seen, &mut containers);
    let containers = container::as_carried_out(containers);
    let mut steps = pulls(seen, &containers);
    steps.extend(builds.values().cloned());
    steps.extend(discards(seen));
    steps.extend(containers);
    steps.extend(removals(seen));
    steps
}

/// The images that Compose would pull for new containers: those that the host lacks and that no
/// service builds.
fn pulls(seen: &Seen<'_>, containers: &[Step]) -> Vec<Step> {
    let services = containers.iter().filter_map(|it| match it.action.container()? {
        (ContainerAction::Start | ContainerAction::Remove, _) => None,
        (_, name) => seen.model.services.get(name),
    });
    let missing = services.map(|it| it.image.as_str()).filter(|image| {
        !image.is_empty() && !seen.model.builds(image) && image::named(seen.images, image).is_none()
    });
    let missing: BTreeSet<&str> = missing.collect();
    let moved = seen.tags.keys().filter_map(|image| {
        let (from, to) = seen.moved(image)?;
        let reason = format!("its tag names another image by now: {from} → {to}");
        Some(Step::new(Action::UpdateImage(image.clone()), reason))
    });
    moved.chain(missing.into_iter().map(Step::pull_image)).collect()
}

/// The build of a service's image, if it is needed.
fn build(seen: &Seen<'_>, name: &ServiceName, service: &Service) -> Option<Step> {
    service.build.as_ref()?;
    let because = |reason: &str| Some(Step::build(name, reason));
    let Some(image) = image::named(seen.images, &service.image) else {
        return because(match seen.base {
            Base::Kept => "the image that it ran is gone from the host",
            _ => "there is no image yet",
        });
    };
    if matches!(seen.base, Base::Kept) {
        return None;
    }
    let Some(since) = seen.base.since(name, image) else {
        return because("it is not known which commit its image was made from");
    };
    if let Some(file) = seen.base.doubt(name, image) {
        return because(&format!("{file} changed, and may say how it is built"));
    }
    if parts_that_differ(seen, name, service).iter().any(|it| it == "build") {
        return because("how it is built changed");
    }
    let inputs = seen.inputs.get(name);
    let files = inputs.map_or_else(|| since.changed.clone(), |it| it.of(&since.changed));
    let doubt = match inputs {
        None => ", and its inputs are not known".to_owned(),
        Some(ImageInputs::Everything(doubt)) => format!(", and {doubt}"),
        Some(ImageInputs::Paths(_)) => String::new(),
    };
    let commits = touching(&since, &files);
    let reason = match &commits[..] {
        // After a branch was rewritten, for example, no commits lead from there to here.
        [] => format!("{} changed{doubt}", files.first()?),
        [one] => format!("changed by {one}{doubt}"),
        [newest, older @ ..] => {
            format!("changed by {newest} (and {} before it){doubt}", older.len())
        }
    };
    let cause = Cause { files, commits, ..Cause::default() };
    Some(Step::build(name, reason).because(cause))
}

/// The commits that touch one of `files`, newest first.
fn touching(since: &Since, files: &[String]) -> Vec<String> {
    let touches = |it: &&hemma_git::checkout::Commit| it.files.iter().any(|it| files.contains(it));
    since.commits.iter().filter(touches).map(|it| it.title.clone()).collect()
}

/// The services, with their containers, whose container has another configuration than the
/// checkout. Changes of the compose files alone are known without them.
pub(crate) fn to_compare<'c>(
    (project, wanted, checked_out): (&str, &Model, Option<&Model>),
    containers: &'c [Container],
) -> Vec<(ServiceName, &'c Container)> {
    let of = |(name, service): (&ServiceName, &Service)| {
        let container = containers.iter().find(|it| it.is_of(project, name))?;
        let hash = &checked_out.map_or(service, |it| it.services.get(name).unwrap_or(service)).hash;
        let runs_with = container.compose.as_ref().and_then(|it| it.config_hash.as_deref());
        let differs = runs_with != Some(hash.as_str()) && binding(service, container).is_none();
        differs.then(|| (name.clone(), container))
    };
    wanted.services.iter().filter(|it| it.1.replicas > 0).filter_map(of).collect()
}

/// Containers that Compose left when it was cut while replacing a container of a service in the
/// files.
fn discards(seen: &Seen<'_>) -> impl Iterator<Item = Step> {
    let named = |it: &&Container| {
        let labels = it.compose.as_ref().filter(|it| it.project == seen.project);
        labels.is_some_and(|it| seen.model.services.contains_key(it.service.as_str()))
    };
    let left = seen.containers.iter().filter(named);
    left.filter(|it| it.is_unfinished()).map(|it| {
        Step::new(
            Action::Discard(it.name.clone()),
            "an interrupted replacement left it \
             behind",
        )
    })
}

/// Containers of services that have zero replicas in the files. A container of a service that is
/// not in the files is left alone: another layer may have made it.
fn removals(seen: &Seen<'_>) -> Vec<Step> {
    let off = seen.model.services.iter().filter(|(_, it)| it.replicas == 0);
    let there = |name: &str| seen.containers.iter().any(|it| it.is_of(seen.project, name));
    off.filter(|(name, _)| there(name))
        .map(|(name, _)| Step::container(ContainerAction::Remove, name, "it has zero replicas"))
        .collect()
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::BuildSpec;
    use hemma_docker::image::Image;
    use hemma_docker::testing::service_name;
    use hemma_git::checkout::History;

    use super::*;
    use crate::provenance::Built;

    #[test]
    fn an_image_is_built_where_it_may_come_out_another_one() {
        let mut model = Model::default();
        let build = BuildSpec {
            context: ".".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            ..BuildSpec::default()
        };
        let service = Service {
            replicas: 1,
            image: "s".to_owned(),
            build: Some(build),
            ..Service::default()
        };
        model.services.insert(service_name("s"), service);
        let image = Image {
            id: "sha256:1".to_owned(),
            tags: vec!["s:latest".to_owned()],
            ..Image::default()
        };
        let inputs = ImageInputs::Paths(vec!["app".to_owned()]);
        let inputs = BTreeMap::from([(service_name("s"), inputs)]);
        let rows = [
            ("note=a - sha256:1 s\nsince=a\n", None),
            ("note=a - sha256:1 s\nsince=a\nchanged=README.md\n", None),
            ("note=a - sha256:1 s\nsince=a\nchanged=app/x.py\n", Some("app/x.py changed")),
            (
                "note=a - sha256:1 s\nsince=a\nchanged=other.yml\n",
                Some("other.yml changed, and may say how it is built"),
            ),
            (
                "note=a .env sha256:1 s\nsince=a\n",
                Some(".env changed, and may say how it is built"),
            ),
            (
                "note=a - sha256:2 s\nsince=a\n",
                Some("it is not known which commit its image was made from"),
            ),
        ];
        for (text, expected) in rows {
            let notes = Built::read(text);
            let seen = Seen {
                project: "p",
                model: &model,
                before: None,
                containers: &[],
                images: std::slice::from_ref(&image),
                running: &BTreeMap::new(),
                base: Base::Each(&notes),
                inputs: &inputs,
                tags: &BTreeMap::new(),
            };
            assert_eq!(build_of(&seen).as_deref(), expected, "{text}");
            let history = History::default();
            let seen = Seen { base: Base::First(&history, &notes), ..seen };
            assert_eq!(build_of(&seen).as_deref(), expected, "before the first deploy: {text}");
        }
    }

    fn build_of(seen: &Seen<'_>) -> Option<String> {
        super::build(seen, &service_name("s"), &seen.model.services["s"]).map(|it| it.reason)
    }
}
