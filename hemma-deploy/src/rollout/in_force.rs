//! The compose files in force on the host, and what they resolve to.

use hemma_core::World;
use hemma_docker::Containers;
use hemma_docker::compose::{ComposeFiles, LookModel, Model, ModelAnswer};
use hemma_git::Tree;

use crate::Config;

use super::Error;
use crate::layers::layers_in_force;
use crate::layers::{Layers, compose_files};

/// The project that the compose files in the checkout resolve to.
pub(super) async fn resolve(
    world: &World,
    config: &Config,
    asked: LookModel,
) -> Result<Model, Error> {
    match world.ask(&asked).await.map_err(Error::Model)? {
        ModelAnswer::Resolved(mut model) => {
            config.settle(&mut model);
            Ok(model)
        }
        ModelAnswer::Refused(refusal) => Err(Error::Refused(refusal)),
    }
}

/// The files in force on the host, and the project that they resolve to.
pub(super) async fn in_force(
    world: &World,
    config: &Config,
) -> Result<(ComposeFiles, Model), Error> {
    let host = config.host.alias.clone();
    let main = compose_files(config, Layers::Main);
    let asked = Containers { host };
    let (containers, seen) =
        tokio::join!(world.ask(&asked), resolve(world, config, without_hashes(&main)));
    let containers = containers.map_err(Error::Engine)?;
    match layers_in_force(config, &containers) {
        Layers::Main => Ok((main, seen?)),
        Layers::Research => {
            let files = compose_files(config, Layers::Research);
            let model = resolve(world, config, without_hashes(&files)).await?;
            Ok((files, model))
        }
    }
}

/// The files in force where those of the checkout may be unreadable: then it is not known what they
/// resolve to.
pub(super) async fn in_force_if_readable(
    world: &World,
    config: &Config,
) -> Result<(ComposeFiles, Option<Model>), Error> {
    match in_force(world, config).await {
        Ok((files, model)) => Ok((files, Some(model))),
        Err(Error::Refused(_)) => {
            let asked = Containers { host: config.host.alias.clone() };
            let containers = world.ask(&asked).await.map_err(Error::Engine)?;
            Ok((compose_files(config, layers_in_force(config, &containers)), None))
        }
        Err(error) => Err(error),
    }
}

pub(super) fn without_hashes(files: &ComposeFiles) -> LookModel {
    LookModel { files: files.clone(), tree: Tree::Checkout.workdir(), hashes: false }
}
