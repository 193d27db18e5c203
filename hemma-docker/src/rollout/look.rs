//! Looking at everything at once.

use std::collections::BTreeMap;
use std::time::Duration;

use hemma_core::{Command, Config, Exec, World};

use super::{Scope, Situation};
use crate::built::{self, Built};
use crate::checkout::{self, Checkout, Relation, Repository, Tip};
use crate::compose::{ComposeFiles, Layers, LookModel, Model, ModelAnswer, ModelError, Tree};
use crate::container::{Container, Containers};
use crate::engine::EngineError;
use crate::image::{Image, Images};
use crate::network::Networks;
use crate::plan::ImageInputs;
use crate::preflight::{self, LookOffers, LookSources, Preflight, SourcesError};
use crate::{host_tools, listeners};

/// Looks at everything that a deploy depends on. What does not wait for something else is asked at
/// once; only a tree that is not checked out yet takes a second round.
pub async fn look(world: &World, config: &Config) -> Situation {
    look_at(world, config, &Scope::Whole).await
}

/// The same for a part of the application.
pub async fn look_at(world: &World, config: &Config, scope: &Scope) -> Situation {
    let host = &config.host.alias;
    let (tools, checkout, here, containers, networks, images, listeners) = tokio::join!(
        host_tools::verify(world, host),
        checkout::look(world, config, true),
        model(world, config, Layers::Main, Tree::Checkout),
        async { world.ask(&Containers { host: host.clone() }).await },
        async { world.ask(&Networks { host: host.clone() }).await },
        async { world.ask(&Images { host: host.clone() }).await },
        listeners::look(world, host),
    );
    let layers = scope.layers(config, containers.as_deref().unwrap_or_default());
    let here = match layers {
        Layers::Main => here,
        Layers::Research => model(world, config, layers, Tree::Checkout).await,
    };
    let target = checkout.as_ref().ok().filter(|_| scope.is_whole());
    let target = target.and_then(|it| target_of(config, it));
    let (mut model, before) = match target {
        None => (here, None),
        Some(tree) => (model(world, config, layers, tree).await, resolved(here)),
    };
    if let Ok(ModelAnswer::Resolved(model)) = &mut model {
        scope.narrow(model);
    }
    let (mut built, mut inputs) = (None, BTreeMap::new());
    if let (Ok(ModelAnswer::Resolved(model)), Ok(Checkout::Repository(seen))) = (&model, &checkout)
    {
        if !scope.is_whole() {
            // Where the host does not say, what is known of the deploy has to do.
            built = built::look(world, config, model.services.keys()).await.ok();
        }
        inputs = image_inputs(world, config, model, seen, built.as_ref()).await;
    }
    let sources = match (&model, &checkout) {
        (Ok(ModelAnswer::Resolved(model)), Ok(checkout))
            if scope.is_whole() && is_new(checkout) =>
        {
            Some(sources(world, config, layers, model, checkout, images.as_deref()).await)
        }
        _ => None,
    };
    let config = config.clone();
    Situation {
        config,
        scope: scope.clone(),
        layers,
        tools,
        checkout,
        model,
        before,
        containers,
        networks,
        images,
        listeners,
        inputs,
        built,
        sources,
    }
}

/// Whether it is another commit than the one that was deployed last, which passed before.
fn is_new(seen: &Checkout) -> bool {
    let Checkout::Repository(seen) = seen else { return true };
    let target = match &seen.tip {
        Tip::At(tip) => tip,
        _ => &seen.head,
    };
    seen.deployed.as_ref() != Some(target)
}

/// What the compose files refer to, and which of the images that the host lacks a registry has.
async fn sources(
    world: &World,
    config: &Config,
    layers: Layers,
    model: &Model,
    checkout: &Checkout,
    images: Result<&[Image], &EngineError>,
) -> Result<Preflight, SourcesError> {
    let files = ComposeFiles::new(config, layers);
    let tree = target_of(config, checkout).unwrap_or(Tree::Checkout);
    let asked = LookSources::of(files, tree, model, preflight::mentions(model));
    let seen = world.ask(&asked).await?;
    let missing = preflight::missing(model, &seen, images.unwrap_or_default());
    let host = config.host.alias.clone();
    let offers = if missing.is_empty() {
        BTreeMap::new()
    } else {
        world.ask(&LookOffers { host, images: missing }).await?
    };
    Ok(Preflight { seen, offers })
}

/// What the compose files of a tree resolve to, with the hashes of the services.
pub(super) async fn model(
    world: &World,
    config: &Config,
    layers: Layers,
    tree: Tree,
) -> Result<ModelAnswer, ModelError> {
    let files = ComposeFiles::new(config, layers);
    world.ask(&LookModel { files, tree, hashes: true }).await
}

/// The research files bind services to localhost ports. If a container was made with them, a
/// deploy without them would take its port away; so they stay in force.
pub(super) fn layers_in_force(config: &Config, containers: &[Container]) -> Layers {
    let project = config.compose.project.as_str();
    let research = |file: &str| {
        config.compose.research.iter().any(|it| file.rsplit('/').next() == Some(it.as_str()))
    };
    let with_research = |it: &Container| {
        let files = it.compose.as_ref().map(|it| &it.config_files[..]).unwrap_or_default();
        it.belongs_to(project) && files.iter().any(|it| research(it))
    };
    if containers.iter().any(with_research) { Layers::Research } else { Layers::Main }
}

/// The tree that would be deployed, where it is not the one that is checked out.
fn target_of(config: &Config, seen: &Checkout) -> Option<Tree> {
    match seen {
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

/// Prints Dockerfiles of a commit, each after a line with its name.
const DOCKERFILES: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
sha=$2; shift 2
for file do
    printf '\n--8<-- %s\n' "$file"
    git -C "$d" show "$sha:$file" 2>/dev/null || echo '--8<-- missing'
done
"#;

/// What the images are made from; asked only where files changed since the last deploy.
async fn image_inputs(
    world: &World,
    config: &Config,
    model: &Model,
    seen: &Repository,
    built: Option<&Built>,
) -> BTreeMap<String, ImageInputs> {
    let changed = seen.incoming.as_ref().and_then(|it| it.changed.as_deref());
    let Tip::At(tip) = &seen.tip else { return BTreeMap::new() };
    // A part of the application is built from what is checked out.
    let (tree, is_same) = match built {
        None => (tip, changed.unwrap_or_default().is_empty()),
        Some(built) => (&seen.head, built.files().next().is_none()),
    };
    if is_same {
        return BTreeMap::new();
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
    let parameters = [config.host.checkout.to_string(), tree.clone()].into_iter().chain(files);
    let script = Command::script(DOCKERFILES, parameters)
        .named("read-dockerfiles")
        .limit(Duration::from_secs(60));
    let Ok(output) = world.ask(&Exec::on(&config.host.alias, script)).await else {
        return BTreeMap::new();
    };
    let texts: BTreeMap<&str, &str> =
        output.stdout.split("\n--8<-- ").filter_map(|it| it.split_once('\n')).collect();
    let text = |path: &str| texts.get(path).copied().filter(|it| !it.starts_with("--8<-- missing"));
    builds
        .into_iter()
        .map(|(name, it)| (name.clone(), ImageInputs::read(it, text(&it.path()))))
        .collect()
}
