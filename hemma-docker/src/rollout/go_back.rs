//! Putting a kept release in the place of what runs.

use std::collections::BTreeMap;

use hemma_core::{Approval, Config, Finding, Hint, Progress, Report, World};

use super::apply::{in_force, in_force_if_readable, resolve};
use super::bring_up::BringUp;
use super::{Error, Scope};
use crate::checkout::{self, Checkout, short};
use crate::compose::{Build, ComposeFiles, LookModel, Model, Tree};
use crate::container::{Container, Containers};
use crate::image::{Image, Images};
use crate::plan::{Base, Plan, Seen, Step, image_named, service_steps};
use crate::release::{KeptImage, Release, Restore, Withdraw};

/// What is on the host.
pub(super) struct There<'c> {
    project: &'c str,
    containers: Vec<Container>,
    images: Vec<Image>,
}

impl<'c> There<'c> {
    pub(super) async fn look(world: &World, config: &'c Config) -> Result<Self, Error> {
        let host = &config.host.alias;
        let (containers, images) =
            (Containers { host: host.clone() }, Images { host: host.clone() });
        let (containers, images) =
            tokio::try_join!(world.ask(&containers), world.ask(&images)).map_err(Error::Engine)?;
        Ok(Self { project: config.compose.project.as_str(), containers, images })
    }

    /// The services of `now` that have containers and that `then` does not have.
    pub(super) fn brought(&self, now: &Model, then: &Model) -> Vec<String> {
        let brought = now.services.keys().filter(|it| !then.services.contains_key(*it));
        let runs = |name: &&String| self.containers.iter().any(|it| it.is_of(self.project, name));
        brought.filter(runs).cloned().collect()
    }

    /// What it takes to get from what runs to `release` and its files, which resolve to `model`.
    /// Nothing is built but what is gone.
    pub(super) fn steps_to(
        &self,
        release: &Release,
        model: &Model,
        before: Option<&Model>,
    ) -> Vec<Step> {
        service_steps(&Seen {
            project: self.project,
            model,
            before,
            containers: &self.containers,
            images: &release.in_place(&self.images, model),
            running: &BTreeMap::new(),
            base: Base::Kept,
            inputs: &BTreeMap::new(),
        })
    }
}

/// Brings the commit, the images and the overlay of `release` back, and waits until everything is
/// healthy.
///
/// What cannot be had is tried first, so that a build in vain leaves all as it was.
pub(super) async fn go_back(
    world: &World,
    config: &Config,
    release: &Release,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let way = Way { world, config, release, approval, progress };
    let (files, now) = in_force_if_readable(world, config).await?;
    let tree = Tree::Commit(release.commit.clone());
    let then = resolve(world, LookModel { files: files.clone(), tree, hashes: true }).await?;
    let (images, mut remarks) = way.images(&files, &then).await?;
    if let Some(now) = now {
        way.withdraw(files, &now, &then).await?;
    }
    let restore = Restore {
        host: config.host.alias.clone(),
        project: config.compose.project.clone(),
        checkout: config.host.checkout.clone(),
        commit: release.commit.clone(),
        overlay: config.compose.overlay.clone(),
        whole: true,
        images: images.clone(),
    };
    let restored = world.apply(&restore, approval, progress).await.map_err(Error::Restore)?;
    if let Some(overlay) = config.compose.overlay.as_ref().filter(|_| restored.overlay) {
        let (subject, to) = (format!("overlay {overlay}"), short(&release.commit));
        let detail = format!("as it was with {to}; the other is beside it as {overlay}.replaced");
        remarks.push(Finding::pass(subject, detail));
    }
    let (files, _) = in_force(world, config).await?;
    let asked = LookModel { files: files.clone(), tree: Tree::Checkout, hashes: true };
    let (project, there) = tokio::try_join!(resolve(world, asked), There::look(world, config))?;
    let plan =
        Plan { steps: there.steps_to(&Release { images, ..release.clone() }, &project, None) };
    let (files, scope, plan) = (&files, &Scope::Whole, &plan);
    let up = BringUp { world, config, files, scope, model: None, plan, approval, progress };
    let mut report = up.at_once().await?;
    report.extend(remarks);
    Ok(report)
}

struct Way<'w> {
    world: &'w World,
    config: &'w Config,
    release: &'w Release,
    approval: &'w Approval,
    progress: &'w Progress,
}

impl Way<'_> {
    /// The release's images, and what there is to say of them. Those that are gone from the host
    /// are built from the release's own commit.
    async fn images(
        &self,
        files: &ComposeFiles,
        then: &Model,
    ) -> Result<(Vec<KeptImage>, Vec<Finding>), Error> {
        let there = There::look(self.world, self.config).await?;
        let (mut images, gone): (Vec<_>, Vec<_>) =
            self.release.images.iter().cloned().partition(|it| it.is_among(&there.images));
        let gone = gone.into_iter().filter(|it| then.services.contains_key(&it.service));
        let (lost, missing): (Vec<_>, Vec<_>) =
            gone.partition(|it| then.services[&it.service].build.is_none());
        if !missing.is_empty() {
            self.build(files, &missing, &there).await?;
            let built = There::look(self.world, self.config).await?.images;
            images.extend(missing.into_iter().filter_map(|it| {
                let id = image_named(&built, &it.name)?.id.clone();
                Some(KeptImage { id, ..it })
            }));
        }
        Ok((images, lost.iter().map(not_to_be_had).collect()))
    }

    /// A build that fails may have given some of the names to what it built before.
    async fn build(
        &self,
        files: &ComposeFiles,
        missing: &[KeptImage],
        there: &There<'_>,
    ) -> Result<(), Error> {
        let services: Vec<String> = missing.iter().map(|it| it.service.clone()).collect();
        self.progress.line(&format!("building {}", services.join(", ")));
        let build = Build::of_commit(files.clone(), services, self.release.commit.clone());
        let Err(error) = self.world.apply(&build, self.approval, self.progress).await else {
            return Ok(());
        };
        let seen = checkout::look(self.world, self.config, false).await;
        if let Checkout::Repository(seen) = seen.map_err(Error::LookCheckout)? {
            let running = |it: &KeptImage| {
                let mut own = there.containers.iter();
                let own = own.find(|seen| seen.is_of(there.project, &it.service))?;
                Some(KeptImage { id: own.image_id.clone(), ..it.clone() })
            };
            let names = missing.iter().filter_map(running).collect();
            let restore = Restore::part(self.config, seen.head, names);
            let restored = self.world.apply(&restore, self.approval, self.progress).await;
            restored.map_err(Error::Restore)?;
        }
        Err(Error::Build(error))
    }

    /// Takes the services away that the release does not have, by the files that have them.
    async fn withdraw(&self, files: ComposeFiles, now: &Model, then: &Model) -> Result<(), Error> {
        let services = There::look(self.world, self.config).await?.brought(now, then);
        if services.is_empty() {
            return Ok(());
        }
        let withdraw = Withdraw { files, services };
        let withdrawn = self.world.apply(&withdraw, self.approval, self.progress).await;
        withdrawn.map_err(Error::Withdraw)
    }
}

/// An image that is gone and that no build brings back.
fn not_to_be_had(gone: &KeptImage) -> Finding {
    let detail = format!("the one that {} ran is gone from the host", gone.service);
    let hint = "the service runs what has that name now, or what the registry has by it";
    Finding::fail(format!("image {}", gone.name), detail).hint(Hint::Do(hint.to_owned()))
}
