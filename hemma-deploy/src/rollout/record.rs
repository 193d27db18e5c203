//! Recording what runs, once it has passed its gate.

use hemma_core::names::ServiceName;
use hemma_docker::Containers;
use hemma_git::checkout::{self, Checkout};

use crate::Operation;

use super::in_force::in_force;
use super::{Error, Situation};
use crate::release::{EnvChange, Keep, KeptImage, Note};

/// Keeps what runs now as the release of the checked-out commit. `env` is the difference to the
/// `.env` of the release before, if it is known.
pub(super) async fn keep(operation: Operation<'_>, env: Option<EnvChange>) -> Result<(), Error> {
    let Operation { world, config, .. } = operation;
    let spec = config.into();
    let (seen, force) = tokio::join!(checkout::look(world, &spec, false), in_force(world, config));
    let ((files, model), seen) = (force?, seen.map_err(Error::LookCheckout)?);
    let Checkout::Repository(seen) = seen else { return Ok(()) };
    let asked = Containers { host: files.host.clone() };
    let containers = world.ask(&asked).await.map_err(Error::Engine)?;
    let project = &config.compose.project;
    let image = |(name, service): (&ServiceName, &hemma_docker::compose::Service)| {
        let container = containers.iter().find(|it| it.is_of(project.as_str(), name))?;
        Some(KeptImage::of(name, service, container))
    };
    let keep = Keep {
        host: files.host,
        project: project.clone(),
        checkout: config.host.checkout.clone(),
        commit: seen.head,
        overlay: config.compose.overlay.clone(),
        files: config.compose.other_env_files().cloned().collect(),
        images: model.services.iter().filter_map(image).collect(),
        at: world.now(),
        env,
    };
    operation.apply(&keep).await.map_err(Error::Keep)
}

/// Notes the commit of the services of a stage.
pub(super) async fn note(operation: Operation<'_>, situation: &Situation) -> Result<(), Error> {
    let Operation { world, config, .. } = operation;
    let seen = checkout::look(world, &config.into(), false).await.map_err(Error::LookCheckout)?;
    let (Checkout::Repository(seen), Some(project)) = (seen, situation.model()) else {
        return Ok(());
    };
    let note = Note {
        host: config.host.alias.clone(),
        checkout: config.host.checkout.clone(),
        commit: seen.head,
        services: project.services.keys().cloned().collect(),
    };
    if note.services.is_empty() {
        return Ok(());
    }
    operation.apply(&note).await.map_err(Error::Note)
}
