//! What each service needs: the files' wish against what runs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::differences::named;
use super::{Action, Cause, ImageInputs, Step, differences};
use crate::built::Built;
use crate::checkout::{History, Since};
use crate::compose::{Model, Port, Service};
use crate::container::{Binding, Container, ContainerParts, State};
use crate::image::{Image, tag_of};

/// What was seen, as far as the services are concerned.
pub(crate) struct Seen<'s> {
    /// The project's name.
    pub project: &'s str,
    /// The project as it would be.
    pub model: &'s Model,
    /// The project as it is in the checkout, where the two differ.
    pub before: Option<&'s Model>,
    /// The containers of the host.
    pub containers: &'s [Container],
    /// The images of the host.
    pub images: &'s [Image],
    /// What the containers were made with whose configuration is not that of the checkout.
    pub running: &'s BTreeMap<String, ContainerParts>,
    /// What the images were made from.
    pub base: Base<'s>,
    /// What the images are made from.
    pub inputs: &'s BTreeMap<String, ImageInputs>,
}

/// What the images that are there were made from, as far as that is known.
#[derive(Clone, Copy)]
pub(crate) enum Base<'s> {
    /// The commit of the last deploy, or of a stage that was brought up after it.
    Deploy(&'s History),
    /// Each its own commit.
    Each(&'s Built),
    /// They are those of the release that is gone back to, and need no build as long as they are
    /// there.
    Kept,
}

impl<'s> Base<'s> {
    /// What came in since a service's image was made, if that is known.
    fn since(self, service: &str, image: &Image) -> Option<Cow<'s, Since>> {
        match self {
            Self::Deploy(history) => history.of(service).map(Cow::Borrowed),
            Self::Each(built) => {
                let changed = built.since(service, &image.id)?.files.to_vec();
                Some(Cow::Owned(Since { changed, commits: Vec::new() }))
            }
            Self::Kept => Some(Cow::Owned(Since::default())),
        }
    }

    /// Whether a build of the service's image is one for a change, and gives another image.
    fn is_known(self, service: &str) -> bool {
        match self {
            Self::Deploy(history) => history.of(service).is_some(),
            Self::Each(_) => false,
            Self::Kept => true,
        }
    }

    /// What may have changed how the image is built, where the models cannot be compared.
    fn doubt(self, service: &str, image: &Image) -> Option<&'s str> {
        let Self::Each(built) = self else { return None };
        let since = built.since(service, &image.id)?;
        let is_yaml = |it: &&String| [".yml", ".yaml"].iter().any(|end| it.ends_with(end));
        since.newer.or_else(|| since.files.iter().find(is_yaml).map(String::as_str))
    }
}

/// Builds first, then containers, each in the order of the names: Compose orders by dependency.
pub(crate) fn service_steps(seen: &Seen<'_>) -> Vec<Step> {
    let wanted = seen.model.services.iter().filter(|(_, it)| it.replicas > 0);
    let wanted: Vec<_> = wanted.map(|(name, it)| (name.as_str(), it)).collect();
    let builds: BTreeMap<&str, Step> =
        wanted.iter().filter_map(|(name, it)| Some((*name, build(seen, name, it)?))).collect();
    let mut steps: Vec<Step> = builds.values().cloned().collect();
    steps.extend(discards(seen));
    for (name, service) in wanted {
        steps.extend(container(seen, name, service, builds.contains_key(name)));
    }
    steps.extend(removals(seen));
    steps
}

/// The image that a compose file calls `name`.
pub(crate) fn image_named<'i>(images: &'i [Image], name: &str) -> Option<&'i Image> {
    let tag = tag_of(name);
    images.iter().find(|it| it.tags.contains(&tag))
}

/// The build of a service's image, if it has to be built.
fn build(seen: &Seen<'_>, name: &str, service: &Service) -> Option<Step> {
    service.build.as_ref()?;
    let because = |reason: &str| Some(Step::new(Action::Build, name, reason));
    let Some(image) = image_named(seen.images, &service.image) else {
        return because(match seen.base {
            Base::Kept => "the image that it ran is gone from the host",
            Base::Deploy(_) | Base::Each(_) => "there is no image yet",
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
        // Of a branch that was rewritten, say, nothing leads from there to here.
        [] => format!("{} changed{doubt}", files.first()?),
        [one] => format!("changed by {one}{doubt}"),
        [newest, older @ ..] => {
            format!("changed by {newest} (and {} before it){doubt}", older.len())
        }
    };
    let cause = Cause { files, commits, ..Cause::default() };
    Some(Step::new(Action::Build, name, reason).because(cause))
}

/// The commits that touch some of `files`, newest first.
fn touching(since: &Since, files: &[String]) -> Vec<String> {
    let touches = |it: &&crate::checkout::Commit| it.files.iter().any(|it| files.contains(it));
    since.commits.iter().filter(touches).map(|it| it.title.clone()).collect()
}

/// The services whose containers have another configuration than the checkout: each with its
/// container. What the compose files changed alone is known without them.
pub(crate) fn to_compare<'c>(
    (project, wanted, checked_out): (&str, &Model, Option<&Model>),
    containers: &'c [Container],
) -> Vec<(String, &'c Container)> {
    let of = |(name, service): (&String, &Service)| {
        let container = containers.iter().find(|it| it.is_of(project, name))?;
        let hash = &checked_out.map_or(service, |it| it.services.get(name).unwrap_or(service)).hash;
        let runs_with = container.compose.as_ref().and_then(|it| it.config_hash.as_deref());
        let differs = runs_with != Some(hash.as_str()) && binding(service, container).is_none();
        differs.then(|| (name.clone(), container))
    };
    wanted.services.iter().filter(|it| it.1.replicas > 0).filter_map(of).collect()
}

fn container(seen: &Seen<'_>, name: &str, service: &Service, built: bool) -> Option<Step> {
    let Some(container) = seen.containers.iter().find(|it| it.is_of(seen.project, name)) else {
        return Some(Step::new(Action::Create, name, "it has no container yet"));
    };
    let called = container.name.as_str();
    if service.container_name.as_deref().is_some_and(|it| it != called) {
        let reason = format!("it is called {called}");
        return Some(Step::new(Action::Replace, name, reason));
    }
    let differ = parts_that_differ(seen, name, service);
    // The hash of another tree than the checkout holds that tree's own directory.
    let hash =
        seen.before.map_or(&service.hash, |it| &it.services.get(name).unwrap_or(service).hash);
    let runs_with = container.compose.as_ref().and_then(|it| it.config_hash.as_deref());
    if runs_with != Some(hash.as_str()) {
        let parts = seen.running.get(name);
        let parts = parts.map(|it| differences::from_running(service, it)).unwrap_or_default();
        let usual = || {
            let usual = "its configuration is not the one it runs with";
            if parts.is_empty() { usual.to_owned() } else { format!("{usual}: {}", named(&parts)) }
        };
        let reason = binding(service, container).unwrap_or_else(usual);
        let cause = Cause { parts, ..Cause::default() };
        return Some(Step::new(Action::Recreate, name, reason).because(cause));
    }
    let parts: Vec<String> = differ.into_iter().filter(|it| it != "build").collect();
    if !parts.is_empty() {
        let reason = format!("its configuration changed: {}", named(&parts));
        let cause = Cause { parts, ..Cause::default() };
        return Some(Step::new(Action::Recreate, name, reason).because(cause));
    }
    if built {
        // Without a known deploy a build may well come out the same; what changed is seen after it.
        let known = seen.base.is_known(name);
        return known.then(|| Step::new(Action::Recreate, name, "its image is built anew"));
    }
    if image_named(seen.images, &service.image).is_some_and(|it| it.id != container.image_id) {
        let reason = match seen.base {
            Base::Kept => "that release ran another image",
            Base::Deploy(_) | Base::Each(_) => "its image was built anew since it started",
        };
        return Some(Step::new(Action::Recreate, name, reason));
    }
    let ended = service.is_one_shot(seen.model) && container.exit_code == Some(0);
    match container.state {
        State::Running | State::Restarting => None,
        State::Exited if ended => None,
        state => Some(Step::new(Action::Start, name, format!("it is {}", state.word()))),
    }
}

/// What is wrong with the ports that a running container has, if anything is.
fn binding(service: &Service, container: &Container) -> Option<String> {
    if container.state != State::Running {
        return None;
    }
    let wants = |binding: &&Binding| {
        service.ports.iter().any(|it| it.published == binding.published.to_string())
    };
    let open = container.ports.iter().find(|it| !it.is_local() && wants(it));
    if let Some(open) = open.filter(|_| service.ports.iter().all(Port::is_local)) {
        return Some(format!("other machines reach it on {}:{}", open.ip, open.published));
    }
    let leads = |it: &Port| container.ports.iter().any(|b| b.published.to_string() == it.published);
    let tcp = |it: &&Port| it.protocol == "tcp" && it.published.parse::<u16>().is_ok();
    let missing = service.ports.iter().filter(tcp).find(|it| !leads(it))?;
    let address = if missing.host_ip.is_empty() { "*" } else { &missing.host_ip };
    Some(format!("{address}:{} on the host does not lead to it", missing.published))
}

/// The parts of a service that the new tree changes.
fn parts_that_differ(seen: &Seen<'_>, name: &str, service: &Service) -> Vec<String> {
    let Some(before) = seen.before.and_then(|it| it.services.get(name)) else {
        return Vec::new();
    };
    differences::between(before, service)
}

/// What is in Compose's way since it was cut while replacing a container.
fn discards(seen: &Seen<'_>) -> impl Iterator<Item = Step> {
    let left = seen.containers.iter().filter(|it| it.belongs_to(seen.project));
    left.filter(|it| it.is_unfinished()).map(|it| {
        Step::new(Action::Discard, it.name.as_str(), "a replacement that was cut left it")
    })
}

/// Containers of services that the files name with zero replicas. One of a service that the files
/// do not name at all is not touched: another layer may have made it.
fn removals(seen: &Seen<'_>) -> Vec<Step> {
    let off = seen.model.services.iter().filter(|(_, it)| it.replicas == 0);
    let there = |name: &str| seen.containers.iter().any(|it| it.is_of(seen.project, name));
    off.filter(|(name, _)| there(name))
        .map(|(name, _)| Step::new(Action::Remove, name, "it has zero replicas"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::BuildSpec;

    #[test]
    fn an_image_is_built_where_it_may_come_out_another_one() {
        let mut model = Model::default();
        let build = BuildSpec {
            context: ".".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            images: BTreeMap::new(),
        };
        let service = Service {
            replicas: 1,
            image: "s".to_owned(),
            build: Some(build),
            ..Service::default()
        };
        model.services.insert("s".to_owned(), service);
        let image =
            Image { id: "sha256:1".to_owned(), tags: vec!["s:latest".to_owned()], created: 0 };
        let inputs = ImageInputs::Paths(vec!["app".to_owned()]);
        let inputs = BTreeMap::from([("s".to_owned(), inputs)]);
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
            };
            assert_eq!(build_of(&seen).as_deref(), expected, "{text}");
        }
    }

    fn build_of(seen: &Seen<'_>) -> Option<String> {
        super::build(seen, "s", &seen.model.services["s"]).map(|it| it.reason)
    }
}
