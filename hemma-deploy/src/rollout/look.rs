//! Looking at everything at once.

use std::collections::BTreeMap;

use hemma_core::World;
use hemma_core::names::ServiceName;
use hemma_docker::compose::{LookModel, Model, ModelAnswer, ModelError};
use hemma_docker::image::Images;
use hemma_docker::network::Networks;
use hemma_docker::{Container, ContainerParts, Containers, LookParts};
use hemma_git::Tree;
use hemma_git::checkout::{self, Checkout, History, LookError, Relation, Since, Tip, history};
use hemma_ingress::listeners;

use crate::Config;
use futures_util::future::join_all;

use super::neighbours::{Around, Neighbours};
use super::prerequisites::Prerequisites;
use super::releases::{deployed, kept_if_asked, of_checkout};
use super::{Scope, Situation};
use crate::config::ImageUpdate;
use crate::layers::{Layers, compose_files};
use crate::lock::{Unproven, UnprovenError};
use crate::plan::{ImageInputs, to_compare};
use crate::preflight::{
    self, LookOffers, LookSources, LookTags, Preflight, RegistryTag, SourcesError,
};
use crate::provenance::{self, Built};
use crate::release::{Release, ReleasesError};
use crate::{host_tools, lock};

/// Looks at everything that a deploy depends on. Independent looks run at once; only a tree that is
/// not checked out yet takes a second round.
pub async fn look(world: &World, config: &Config) -> Situation {
    look_at(world, config, &Scope::Whole).await
}

/// Looks at everything that a part of the application depends on.
pub async fn look_at(world: &World, config: &Config, scope: &Scope) -> Situation {
    let (host, spec) = (&config.host.alias, config.into());
    let (tools, checkout, here, containers, networks, images, listeners, needs, past) = tokio::join!(
        host_tools::verify(world, host),
        checkout::look(world, &spec, true),
        model(world, config, Layers::Main, Tree::Checkout),
        async { world.ask(&Containers { host: host.clone() }).await },
        async { world.ask(&Networks { host: host.clone() }).await },
        async { world.ask(&Images { host: host.clone() }).await },
        listeners::look(world, host),
        Prerequisites::look(world, config, scope),
        past(world, config, scope),
    );
    let layers = scope.layers(config, containers.as_deref().unwrap_or_default());
    let here = match layers {
        Layers::Main => here,
        Layers::Research => model(world, config, layers, Tree::Checkout).await,
    };
    let (mut model, before, needs) = match target_of(config, scope, &checkout) {
        None => (here, None, needs),
        Some(tree) => {
            let there = model(world, config, layers, tree.clone());
            let (there, needs) = tokio::join!(there, needs.of(world, config, tree));
            (there, resolved(here), needs)
        }
    };
    let mut objections = Vec::new();
    if let Ok(ModelAnswer::Resolved(model)) = &mut model {
        objections = scope.objections(config, model, containers.as_deref().unwrap_or_default());
        scope.narrow(config, model);
    }
    let built = match &model {
        Ok(ModelAnswer::Resolved(model)) => notes(world, config, scope, &checkout, model).await,
        _ => None,
    };
    let around = around(config, layers, &model, containers.as_deref().unwrap_or_default());
    let neighbours = Neighbours::look(world, around);
    let came = async {
        match (&model, &checkout) {
            (Ok(ModelAnswer::Resolved(model)), Ok(checkout)) => {
                let there = containers.as_deref().unwrap_or_default();
                let models = (model, before.as_ref());
                tokio::join!(
                    came_in(world, config, model, (scope, checkout, built.as_ref())),
                    running(world, config, models, there)
                )
            }
            _ => Default::default(),
        }
    };
    let (((history, inputs), running), neighbours) = tokio::join!(came, neighbours);
    let config = config.clone();
    let release = past.0.map(|it| checkout.as_ref().ok().and_then(|seen| of_checkout(it, seen)));
    let mut situation = Situation {
        config,
        scope: scope.clone(),
        layers,
        tools,
        checkout,
        model,
        objections,
        before,
        containers,
        networks,
        images,
        listeners,
        prerequisites: needs,
        neighbours,
        running,
        history,
        inputs,
        built,
        sources: None,
        pins: None,
        tags: None,
        release,
        unproven: past.1,
    };
    situation.pins = pins(world, &situation).await;
    situation.tags = tags(world, &situation).await;
    if situation.is_new() {
        situation.sources = sources(world, &situation).await;
    }
    situation
}

/// The last deploy, and whether it passed its gate. Only a deploy of the whole application goes
/// back to a release.
async fn past(world: &World, config: &Config, scope: &Scope) -> Past {
    let releases = async {
        if scope.is_whole() { kept_if_asked(world, config).await } else { Ok(Vec::new()) }
    };
    tokio::join!(releases, lock::unproven(world, config))
}

type Past = (Result<Vec<Release>, ReleasesError>, Result<Option<Unproven>, UnprovenError>);

/// The release that pins images, where `hemma.toml` wants that. What is reached through a tunnel
/// alone is no part of a release.
async fn pins(
    world: &World,
    situation: &Situation,
) -> Option<Result<Option<Release>, ReleasesError>> {
    let Situation { config, scope, checkout, .. } = situation;
    if config.images.update != ImageUpdate::Pinned || !scope.brings_commits() {
        return None;
    }
    Some(deployed(world, config, checkout.as_ref().ok()?).await)
}

/// The images that the tags of running images name by now, where `hemma.toml` wants to know. A part
/// of the application is brought up with the images that are there.
async fn tags(
    world: &World,
    situation: &Situation,
) -> Option<Result<BTreeMap<String, RegistryTag>, SourcesError>> {
    let Config { images: wanted, host, .. } = &situation.config;
    if wanted.update == ImageUpdate::Missing || !situation.scope.is_whole() {
        return None;
    }
    let images = preflight::tagged(situation.model()?, situation.images.as_deref().ok()?);
    if images.is_empty() {
        return None;
    }
    Some(world.ask(&LookTags { host: host.alias.clone(), images }).await)
}

/// The files that the compose files refer to, and which of the missing images a registry has.
async fn sources(world: &World, situation: &Situation) -> Option<Result<Preflight, SourcesError>> {
    let (Some(model), Ok(_)) = (situation.model(), &situation.checkout) else { return None };
    let config = &situation.config;
    let files = compose_files(config, situation.layers);
    let tree = situation.tree();
    let mentions = preflight::mentions(model, config.compose.network.as_deref());
    let asked = LookSources::of(files, tree, model, mentions);
    let seen = match world.ask(&asked).await {
        Ok(seen) => seen,
        Err(error) => return Some(Err(error)),
    };
    let images = situation.images.as_deref().unwrap_or_default();
    let mut missing = preflight::missing(model, &seen, images);
    missing.extend(situation.plan().agenda().images);
    let host = config.host.alias.clone();
    let offers = if missing.is_empty() {
        Ok(BTreeMap::new())
    } else {
        world.ask(&LookOffers { host, images: missing.into_iter().collect() }).await
    };
    let preflight = offers.map(|offers| Preflight { seen, offers, ..Preflight::default() });
    let preflight = preflight.map(|it| it.allowing(&config.compose.may_be_empty));
    // The outside mounts of the research services are caches; `offload` judges how they last.
    let whole = situation.scope.brings_commits();
    Some(preflight.map(|it| if whole { it } else { it.with_caches() }))
}

/// The project that the compose files of a tree resolve to, with the hashes of the services.
pub(super) async fn model(
    world: &World,
    config: &Config,
    layers: Layers,
    tree: Tree,
) -> Result<ModelAnswer, ModelError> {
    let files = compose_files(config, layers);
    let mut answer = world.ask(&LookModel { files, tree: tree.workdir(), hashes: true }).await;
    if let Ok(ModelAnswer::Resolved(model)) = &mut answer {
        config.settle(model);
    }
    answer
}

/// The tree that would be deployed, if it is not the one that is checked out.
pub(super) fn target_of(
    config: &Config,
    scope: &Scope,
    seen: &Result<Checkout, LookError>,
) -> Option<Tree> {
    match seen.as_ref().ok().filter(|_| scope.brings_commits())? {
        Checkout::Missing { .. } | Checkout::Plain { .. } => {
            let remote = config.repository.remote.clone()?;
            Some(Tree::Remote { remote, branch: config.repository.branch.clone() })
        }
        Checkout::Repository(seen) => {
            let behind = seen.incoming.as_ref()?.relation == Relation::Behind;
            match &seen.tip {
                Tip::At(tip) if behind => Some(Tree::Commit(tip.clone())),
                _ => None,
            }
        }
        Checkout::Unusable { .. } => None,
    }
}

fn resolved(answer: Result<ModelAnswer, ModelError>) -> Option<Model> {
    match answer {
        Ok(ModelAnswer::Resolved(model)) => Some(model),
        _ => None,
    }
}

/// The parts of containers whose configuration is not that of the checkout. Unknown ones are left
/// out: the plan does without.
async fn running(
    world: &World,
    config: &Config,
    (model, before): (&Model, Option<&Model>),
    containers: &[Container],
) -> BTreeMap<ServiceName, ContainerParts> {
    let project = config.compose.project.as_str();
    let ask = async |(name, container): (ServiceName, &Container)| {
        let host = config.host.alias.clone();
        let asked = LookParts { host, container: container.name.clone() };
        Some((name, world.ask(&asked).await.ok()??))
    };
    let asked = to_compare((project, model, before), containers).into_iter().map(ask);
    join_all(asked).await.into_iter().flatten().collect()
}

fn around<'a>(
    config: &'a Config,
    layers: Layers,
    model: &'a Result<ModelAnswer, ModelError>,
    containers: &'a [Container],
) -> Option<Around<'a>> {
    let Ok(ModelAnswer::Resolved(model)) = model else { return None };
    Some(Around { config, layers, model, containers })
}

/// The provenance of single images, if it says more than the last deploy. Where the host does not
/// say, the last deploy has to do.
async fn notes(
    world: &World,
    config: &Config,
    scope: &Scope,
    checkout: &Result<Checkout, LookError>,
    model: &Model,
) -> Option<Built> {
    let at = match checkout {
        _ if !scope.brings_commits() => None,
        Ok(Checkout::Repository(seen)) if seen.deployed.is_none() && !seen.head.is_empty() => {
            match &seen.tip {
                Tip::At(tip) => Some(tip.as_str()),
                _ => None,
            }
        }
        _ => return None,
    };
    provenance::look(world, config, at, model.services.keys()).await.ok()
}

/// The commits since the images were made, and the files that they are made from; asked only where
/// files changed since the last deploy.
async fn came_in(
    world: &World,
    config: &Config,
    model: &Model,
    (scope, seen, built): (&Scope, &Checkout, Option<&Built>),
) -> (History, BTreeMap<ServiceName, ImageInputs>) {
    let mut known = (History::default(), BTreeMap::new());
    let Checkout::Repository(seen) = seen else { return known };
    let changed = seen.incoming.as_ref().and_then(|it| it.changed.clone());
    // Without a known deploy, a stage may have been brought up by itself.
    let nothing = changed.as_ref().map_or(config.stage.is_empty(), Vec::is_empty);
    known.0.deployed = changed.map(|changed| Since { changed, commits: Vec::new() });
    let Tip::At(tip) = &seen.tip else { return known };
    // A part of the application is built from the checkout.
    let tree = if built.is_some() && !scope.brings_commits() { &seen.head } else { tip };
    let nothing = built.map_or(nothing, |it| it.files().next().is_none());
    if nothing {
        return known;
    }
    let builds: Vec<_> = model
        .services
        .iter()
        .filter(|(_, it)| it.replicas > 0)
        .filter_map(|(name, it)| Some((name, it.build.as_ref()?)))
        .collect();
    let mut files: Vec<String> = builds.iter().map(|(_, it)| it.path()).collect();
    files.sort();
    files.dedup();
    let deployed = seen.deployed.as_deref();
    let span = (deployed, tree.as_str());
    let Some(seen) = history::look(world, &config.into(), span, files).await else { return known };
    let text = |path: &str| seen.dockerfiles.get(path).map(String::as_str);
    let inputs = builds
        .into_iter()
        .map(|(name, it)| (name.clone(), ImageInputs::read(it, text(&it.path()))))
        .collect();
    (seen.history(deployed), inputs)
}
