//! Things on the host that share the project's names: containers of another checkout, a copy of the
//! application under another project's name, and volumes with its data.

use std::collections::{BTreeMap, BTreeSet};

use hemma_core::names::ServiceName;
use hemma_core::storage;
use hemma_core::{Finding, Hint, Host, World};
use hemma_docker::EngineError;
use hemma_docker::compose::{Model, NamedVolume, Service};
use hemma_docker::{Container, Origin, OriginError, Origins};
use hemma_docker::{Volume, Volumes};

use crate::Config;
use crate::ids;

use crate::layers::{Layers, compose_files};

/// The facts about the neighbours.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// The compose files that the containers were made from. `None` where that does not matter.
    origins: Option<Result<Origins, OriginError>>,
    /// The volumes of the host. `None` where none would be made.
    volumes: Option<Result<Vec<Volume>, EngineError>>,
}

/// The project as it would be after the deploy, and the host's containers.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) config: &'a Config,
    pub(super) layers: Layers,
    pub(super) model: &'a Model,
    pub(super) containers: &'a [Container],
}

impl<'a> Around<'a> {
    fn project(self) -> &'a str {
        self.config.compose.project.as_str()
    }

    fn wanted(self) -> impl Iterator<Item = (&'a ServiceName, &'a Service)> {
        self.model.services.iter().filter(|(_, it)| it.replicas > 0)
    }

    /// The project's containers of services in the files. Others are left alone.
    fn own(self) -> impl Iterator<Item = (&'a Container, &'a str)> {
        let of_project = self.containers.iter().filter(move |it| it.belongs_to(self.project()));
        of_project.filter_map(move |it| {
            let service = it.compose.as_ref()?.service.as_str();
            self.model.services.contains_key(service).then_some((it, service))
        })
    }

    /// Containers of other projects for services of which the project has no container.
    fn twins(self) -> impl Iterator<Item = (&'a Container, &'a str, &'a str)> {
        let own: BTreeSet<&str> = self.own().map(|it| it.1).collect();
        self.containers.iter().filter_map(move |it| {
            let labels = it.compose.as_ref().filter(|it| it.project != self.project())?;
            let service = labels.service.as_str();
            let lacks = self.wanted().any(|it| it.0 == service) && !own.contains(service);
            (lacks && !labels.oneoff).then_some((it, labels.project.as_str(), service))
        })
    }

    /// The service's own container, if there is one.
    fn container(self, service: &str) -> Option<&'a Container> {
        self.containers.iter().find(|it| it.is_of(self.project(), service))
    }

    /// Volumes that are not mounted as the files want: they may have to be made.
    fn new_volumes(self) -> impl Iterator<Item = (&'a ServiceName, &'a NamedVolume)> {
        let volumes =
            self.wanted().flat_map(|(name, it)| it.volumes.iter().map(move |v| (name, v)));
        volumes.filter(move |(service, volume)| {
            let mounted = self.container(service).map(|it| &it.volumes[..]).unwrap_or_default();
            !mounted.iter().any(|it| it.name == volume.name)
        })
    }
}

impl Neighbours {
    /// The neighbours of a host whose looks all succeeded.
    #[cfg(test)]
    pub(super) fn of(origins: Origins, volumes: Vec<Volume>) -> Self {
        Self { origins: Some(Ok(origins)), volumes: Some(Ok(volumes)) }
    }

    /// Looks at the neighbours, if the project is known.
    pub(super) async fn look(world: &World, around: Option<Around<'_>>) -> Self {
        let Some(around) = around else { return Self::default() };
        let Around { config, model, .. } = around;
        let suspects = around.own().map(|it| it.0).chain(around.twins().map(|it| it.0));
        let files = compose_files(config, Layers::Main);
        let origins = Origins::look(world, &files, &model.directory, suspects);
        let volumes = async {
            around.new_volumes().next()?;
            let host = config.host.alias.clone();
            match world.ask(&Volumes { host }).await {
                // An old recording without this look.
                Err(EngineError::NotRecorded(_)) => None,
                seen => Some(seen),
            }
        };
        let (origins, volumes) = tokio::join!(origins, volumes);
        Self { origins: Some(origins), volumes }
    }

    /// The findings that stop a deploy.
    pub(super) fn findings(&self, around: Around<'_>) -> Vec<Finding> {
        let host = &around.config.host.alias;
        let mut findings = Vec::new();
        match &self.origins {
            None => {}
            Some(Ok(origins)) => {
                findings.extend(other_checkouts(around, origins));
                findings.extend(other_projects(around, origins));
            }
            Some(Err(error)) => findings.push(storage::unknown(
                host,
                ids::CONTAINER_ORIGIN_UNSEEN,
                "containers",
                error,
            )),
        }
        // A volume in another's container belongs to it.
        let is_ours = |it: &Container| match &self.origins {
            Some(Ok(origins)) => origins.of(it) == Origin::Here,
            _ => true,
        };
        match &self.volumes {
            None => {}
            Some(Ok(volumes)) => findings.extend(empty_volumes(around, volumes, is_ours)),
            Some(Err(error)) => {
                findings.push(storage::unknown(host, ids::VOLUME_UNSEEN, "volumes", error));
            }
        }
        findings
    }

    /// Whether a container's conflict follows from a finding about its project: it is the same
    /// application, under another name.
    pub(super) fn explain(&self, around: Around<'_>, container: &Container) -> bool {
        let Some(Ok(origins)) = &self.origins else { return false };
        let project = container.compose.as_ref().map(|it| it.project.as_str());
        copies(around, origins).keys().any(|it| Some(*it) == project)
    }
}

/// The findings about containers of the project that another checkout made: they are left alone.
fn other_checkouts(around: Around<'_>, origins: &Origins) -> Vec<Finding> {
    let mut foreign: BTreeMap<Origin, BTreeSet<&str>> = BTreeMap::new();
    for (container, service) in around.own() {
        foreign.entry(origins.of(container)).or_default().insert(service);
    }
    let project = around.project();
    let finding = |(origin, services): (Origin, BTreeSet<&str>)| {
        let (services, here) = (named(&services), &origins.here);
        let (detail, advice) = match origin {
            Origin::Here => return None,
            Origin::Elsewhere(dir) => (
                format!(
                    "its containers of {services} were made from the compose files in {dir}, and \
                     this application's are in {here}"
                ),
                "if that is another application, give this one a project of its own in hemma.toml: \
                 `[compose] project`; if it is this one, name its place there: `[host] checkout`"
                    .to_owned(),
            ),
            Origin::Gone(dir) => (
                format!(
                    "its containers of {services} were made from the compose files in {dir}, which \
                     is gone, and this application's are in {here}"
                ),
                format!(
                    "if the checkout was moved, say so on the host: ln -s {} {}; if that was \
                     another application, give this one a project of its own in hemma.toml: \
                     `[compose] project`",
                    word(here),
                    word(&dir)
                ),
            ),
            Origin::Unsaid => (
                format!("its containers of {services} do not say which compose files made them"),
                "give this application a project of its own in hemma.toml, `[compose] project`, or \
                 remove those containers"
                    .to_owned(),
            ),
        };
        Some(
            Finding::fail(
                ids::COMPOSE_PROJECT_OF_ANOTHER_CHECKOUT,
                format!("compose project {project}"),
                detail,
            )
            .hint(Hint::Do(advice)),
        )
    };
    foreign.into_iter().filter_map(finding).collect()
}

/// The projects that run this checkout's services under another name, each with those services.
fn copies<'a>(around: Around<'a>, origins: &Origins) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let files: Vec<String> = compose_files(around.config, around.layers).paths().collect();
    let ours = |container: &Container| {
        let labels = container.compose.as_ref();
        let made_with = labels.map(|it| &it.config_files[..]).unwrap_or_default();
        let is_ours = |it: &String| files.iter().any(|file| it.ends_with(&format!("/{file}")));
        made_with.is_empty() || made_with.iter().any(is_ours)
    };
    let said = |it: &Container| it.compose.as_ref().is_some_and(|it| it.working_dir.is_some());
    let twins = around.twins().filter(|it| said(it.0) && origins.of(it.0) == Origin::Here);
    let mut copies: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, project, service) in twins.filter(|it| ours(it.0)) {
        copies.entry(project).or_default().insert(service);
    }
    copies
}

fn other_projects(around: Around<'_>, origins: &Origins) -> Vec<Finding> {
    let project = around.project();
    let host = &around.config.host.alias;
    let finding = |(other, services): (&str, BTreeSet<&str>)| {
        let detail = format!(
            "this checkout's {} run as compose project `{other}`: a deploy would create a second \
             copy next to them, with volumes of its own",
            named(&services)
        );
        let advice = format!(
            "set `[compose] project = \"{other}\"` in hemma.toml to go on with what runs, or take \
             it down first: ssh {host} sudo docker compose -p {} down",
            word(other)
        );
        Finding::fail(
            ids::COMPOSE_PROJECT_UNDER_ANOTHER_NAME,
            format!("compose project {project}"),
            detail,
        )
        .hint(Hint::Do(advice))
    };
    copies(around, origins).into_iter().map(finding).collect()
}

/// The findings about volumes that would be created, empty, although another has the data.
fn empty_volumes(
    around: Around<'_>,
    volumes: &[Volume],
    is_ours: impl Fn(&Container) -> bool,
) -> Vec<Finding> {
    let agreed = |key: &str| around.config.compose.new_volumes.iter().any(|it| it.as_str() == key);
    let is_there = |name: &str| volumes.iter().any(|it| it.name == name);
    let is_free = |service: &str| around.container(service).is_none_or(&is_ours);
    let new = around.new_volumes().filter(|it| is_free(it.0));
    let new = new.filter(|(_, it)| !is_there(&it.name) && !agreed(&it.key));
    let mut seen = BTreeSet::new();
    let new = new.filter(|(_, it)| seen.insert(&it.name));
    new.filter_map(|(service, volume)| {
        let (old, whose) = before(around, service, volume, volumes)?;
        Some(empty(&around.config.host.alias, (service, volume), &old, &whose))
    })
    .collect()
}

/// The volume that has the data, and how it is known: it is mounted in the same place now, or its
/// name differs only in the project's name or its own.
fn before(
    around: Around<'_>,
    service: &str,
    volume: &NamedVolume,
    volumes: &[Volume],
) -> Option<(String, String)> {
    if let Some(container) = around.container(service) {
        let mounted = container.volumes.iter().find(|it| it.target == volume.target)?;
        return Some((mounted.name.clone(), format!("{service} has it there now")));
    }
    let project = around.project();
    let runs = |it: &str| around.containers.iter().any(|c| c.belongs_to(it));
    // The volume of a running project is in use there; the same goes for another checkout's.
    let renamed = volumes.iter().find(|it| {
        let other = it.project.as_deref().filter(|it| *it != project);
        it.key.as_deref() == Some(&volume.key) && other.is_some_and(|it| !runs(it))
    });
    if let Some(it) = renamed {
        let other = it.project.as_deref().unwrap_or_default();
        return Some((it.name.clone(), format!("it is that of compose project `{other}`")));
    }
    // The files may have had another name for it when the application last ran.
    let used: BTreeSet<&String> = around
        .model
        .services
        .values()
        .flat_map(|it| it.volumes.iter().map(|it| &it.name))
        .collect();
    let mut left = volumes.iter().filter(|it| {
        it.project.as_deref() == Some(project) && it.key.is_some() && !used.contains(&it.name)
    });
    let it = left.next().filter(|_| !runs(project))?;
    let key = it.key.as_deref().unwrap_or_default();
    Some((it.name.clone(), format!("the compose files called it `{key}`")))
}

fn empty(host: &Host, (service, volume): (&str, &NamedVolume), old: &str, whose: &str) -> Finding {
    let NamedVolume { key, name, target } = volume;
    let detail = format!(
        "{service} would get the new, empty volume {name} at {target}, although {old} exists \
         ({whose})"
    );
    let advice = format!(
        "to keep the data, call it by its name in the compose files: `volumes: {{{key}: {{name: \
         {old}}}}}`, or copy it; if an empty one is meant, say so in hemma.toml: \
         `[compose] new_volumes = [\"{key}\"]`"
    );
    let look = format!("ssh {host} sudo docker volume inspect {}", word(old));
    Finding::fail(ids::VOLUME_NEW_BESIDE_DATA, format!("volume {key}"), detail)
        .evidence([look])
        .hint(Hint::Do(advice))
}

/// Names four services at most.
fn named(services: &BTreeSet<&str>) -> String {
    let all: Vec<&str> = services.iter().copied().collect();
    match &all[..] {
        [a, b, c, rest @ ..] if rest.len() > 1 => format!("{a}, {b}, {c} and {} more", rest.len()),
        all => all.join(", "),
    }
}

/// The text quoted as one word for a shell.
fn word(text: &str) -> String {
    let command = hemma_core::Command::new(text);
    command.to_string()
}

#[cfg(test)]
mod tests;
