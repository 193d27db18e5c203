//! Whether the world is still the one that a plan was made for.

use hemma_core::World;
use hemma_docker::compose::ModelAnswer;
use hemma_docker::image::Images;
use hemma_docker::network::Networks;
use hemma_docker::{Container, Containers};
use hemma_git::Tree;
use hemma_git::checkout;
use hemma_ingress::listeners;

use super::Situation;
use super::look::{model, target_of};

impl Situation {
    /// Looks again at everything that others may have changed and that the plan follows from:
    /// commits, files, `.env`, and the state of the engine and the host. Installed tools are not
    /// looked at, nor is PostgreSQL, which itself refuses a superfluous statement.
    ///
    /// A whole look takes a small host most of a second.
    pub(super) async fn is_unmoved(&self, world: &World) -> bool {
        let (config, host) = (&self.config, &self.config.host.alias);
        let spec = config.into();
        let (checkout, mut model, containers, networks, images, listeners, env) = tokio::join!(
            checkout::look(world, &spec, true),
            model(world, config, self.layers, self.tree()),
            async { world.ask(&Containers { host: host.clone() }).await },
            async { world.ask(&Networks { host: host.clone() }).await },
            async { world.ask(&Images { host: host.clone() }).await },
            listeners::look(world, host),
            self.prerequisites.is_unmoved(world, config),
        );
        if let Ok(ModelAnswer::Resolved(model)) = &mut model {
            self.scope.narrow(config, model);
        }
        checkout == self.checkout
            && model == self.model
            && containers.map(timeless) == self.containers.clone().map(timeless)
            && networks == self.networks
            && images == self.images
            && listeners == self.listeners
            && env
    }

    /// The tree of the plan.
    pub(super) fn tree(&self) -> Tree {
        target_of(&self.config, &self.scope, &self.checkout).unwrap_or_default()
    }
}

/// The containers without their ages, which differ from look to look.
fn timeless(mut containers: Vec<Container>) -> Vec<Container> {
    for container in &mut containers {
        container.since = None;
        container.status.clear();
    }
    containers
}
