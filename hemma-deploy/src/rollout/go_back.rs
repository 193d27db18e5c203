//! Replacing what runs with a kept release.

use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_core::{Finding, Hint, Report, Verdict, World};
use hemma_docker::compose::{Build, ComposeFiles, LookModel, Model};
use hemma_docker::image::{self, Image, Images};
use hemma_docker::{Container, Containers};
use hemma_git::Tree;
use hemma_git::checkout::{self, Checkout, short};

use crate::ids;
use crate::{Config, Operation};

use super::before::Before;
use super::bring_up::BringUp;
use super::in_force::{in_force, in_force_if_readable, resolve};
use super::{Error, Scope};
use crate::plan::{Base, Plan, Seen, Step, service_steps};
use crate::release::{EnvChange, KeptImage, Release, Restore, Restored, Withdraw};

/// The state of the host.
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

    /// The state, to tell later what a run has touched.
    pub(super) fn before(&self) -> Before {
        Before::new(self.project, self.containers.clone(), self.images.clone())
    }

    /// The services of `now` that have containers and are not in `then`.
    pub(super) fn brought(&self, now: &Model, then: &Model) -> Vec<ServiceName> {
        let brought = now.services.keys().filter(|it| !then.services.contains_key(*it));
        let runs =
            |name: &&ServiceName| self.containers.iter().any(|it| it.is_of(self.project, name));
        brought.filter(runs).cloned().collect()
    }

    /// The steps from what runs to `release` and its files, which resolve to `model`. Only missing
    /// images are built.
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
            tags: &BTreeMap::new(),
        })
    }
}

/// Restores the commit, the images, the overlay and the `.env` of `release`, and waits until
/// everything is healthy. With `before`, only services that the run has touched are replaced.
///
/// Missing images are built first, so that a failed build leaves all as it was.
pub(super) async fn go_back(
    operation: Operation<'_>,
    release: &Release,
    before: Option<&Before>,
) -> Result<GoneBack, Error> {
    let Operation { world, config, .. } = operation;
    let way = Way { operation, release, before };
    let (files, now) = in_force_if_readable(world, config).await?;
    let tree = Tree::Commit(release.commit.clone()).workdir();
    let then =
        resolve(world, config, LookModel { files: files.clone(), tree, hashes: true }).await?;
    let (images, lost) = way.images(&files, &then).await?;
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
        files: config.compose.other_env_files().cloned().collect(),
        files_of: Some(release.id().to_owned()),
        images: images.clone(),
    };
    let restored = operation.apply(&restore).await.map_err(Error::Restore)?;
    let own_files = files_are_back(config, release, &restored);
    let (files, _) = in_force(world, config).await?;
    let asked = LookModel { files: files.clone(), tree: Tree::Checkout.workdir(), hashes: true };
    let (project, there) =
        tokio::try_join!(resolve(world, config, asked), There::look(world, config))?;
    let mut steps = there.steps_to(&Release { images, ..release.clone() }, &project, None);
    steps.retain(|it| before.is_none_or(|before| before.is_about(it, &there.containers)));
    let plan = Plan { steps };
    let (files, scope, plan) = (&files, &Scope::Whole, &plan);
    let up = BringUp { operation, files, scope, model: None, plan, bases: None };
    let services = up.at_once().await?;
    Ok(GoneBack { services, lost, files: own_files })
}

/// The result of going back to a release.
#[derive(Clone)]
pub(super) struct GoneBack {
    /// The state of the services.
    services: Report,
    /// The findings about images that are gone from the host.
    lost: Vec<Finding>,
    /// The findings about the operator's own files that were restored.
    files: Vec<Finding>,
}

impl GoneBack {
    /// The whole report.
    pub(super) fn report(self) -> Report {
        self.services.findings.into_iter().chain(self.lost).chain(self.files).collect()
    }

    /// The problems, and the findings about the operator's own files.
    pub(super) fn problems_and_files(self) -> Vec<Finding> {
        let others = self.services.findings.into_iter().chain(self.lost);
        others.filter(|it| it.verdict != Verdict::Pass).chain(self.files).collect()
    }

    /// The verdict on the whole.
    pub(super) fn verdict(&self) -> Verdict {
        self.clone().report().verdict()
    }
}

/// The findings about the operator's own files that were restored with a release.
pub(super) fn files_are_back(
    config: &Config,
    release: &Release,
    restored: &Restored,
) -> Vec<Finding> {
    let to = short(&release.commit);
    let overlay = config.compose.overlay.as_ref().filter(|_| restored.overlay).map(|overlay| {
        let detail = format!(
            "as it was with {to}; the replaced one is next to it as \
             {overlay}.replaced"
        );
        Finding::pass(ids::OVERLAY_RESTORED, format!("overlay {overlay}"), detail)
    });
    let env = restored.env.then(|| {
        let keys = release.env.as_ref().map(EnvChange::words).unwrap_or_default();
        let keys = if keys.is_empty() { keys } else { format!(" (in the replaced one: {keys})") };
        let kept = restored.env_kept_at.as_ref();
        let kept = kept.map(|it| format!("; the replaced one is kept as {it}")).unwrap_or_default();
        Finding::pass(ids::ENV_RESTORED, ".env", format!("as it was with {to}{keys}{kept}"))
    });
    let file = |(name, kept): &(String, Option<String>)| {
        let change = release.files.iter().find(|it| it.file.as_str() == name);
        let keys = change.map(|it| format!(" (in the replaced one: {})", it.change.words()));
        let kept = kept.as_ref().map(|it| format!("; the replaced one is kept as {it}"));
        let [keys, kept] = [keys, kept].map(Option::unwrap_or_default);
        Finding::pass(ids::ENV_RESTORED, name, format!("as it was with {to}{keys}{kept}"))
    };
    overlay.into_iter().chain(env).chain(restored.files.iter().map(file)).collect()
}

struct Way<'w> {
    operation: Operation<'w>,
    release: &'w Release,
    before: Option<&'w Before>,
}

impl Way<'_> {
    /// The release's images, and the findings about them. Missing ones are built from the release's
    /// own commit.
    async fn images(
        &self,
        files: &ComposeFiles,
        then: &Model,
    ) -> Result<(Vec<KeptImage>, Vec<Finding>), Error> {
        let there = There::look(self.operation.world, self.operation.config).await?;
        let wanted = self.release.images.iter().map(|it| match self.before {
            Some(before) => before.image(it, &there.images),
            None => it.clone(),
        });
        let (mut images, gone): (Vec<_>, Vec<_>) =
            wanted.partition(|it| it.is_among(&there.images));
        let gone = gone.into_iter().filter(|it| then.services.contains_key(&it.service));
        let (lost, missing): (Vec<_>, Vec<_>) =
            gone.partition(|it| then.services[&it.service].build.is_none());
        if !missing.is_empty() {
            self.build(files, &missing, &there).await?;
            let built = There::look(self.operation.world, self.operation.config).await?.images;
            images.extend(missing.into_iter().filter_map(|it| {
                let id = image::named(&built, &it.name)?.id.clone();
                Some(KeptImage { id, ..it })
            }));
        }
        Ok((images, lost.iter().map(not_to_be_had).collect()))
    }

    /// Builds images. A failed build may have given some of the names to the images it finished.
    async fn build(
        &self,
        files: &ComposeFiles,
        missing: &[KeptImage],
        there: &There<'_>,
    ) -> Result<(), Error> {
        let services: Vec<ServiceName> = missing.iter().map(|it| it.service.clone()).collect();
        let Operation { world, config, approval, progress } = self.operation;
        progress.line(&format!("building {}", services.join(", ")));
        let build = Build::in_tree(
            files.clone(),
            services,
            Tree::Commit(self.release.commit.clone()).workdir(),
        );
        let told = build.told(progress);
        let Err(error) = world.apply(&build, approval, &told).await else {
            return Ok(());
        };
        let seen = checkout::look(world, &config.into(), false).await;
        if let Checkout::Repository(seen) = seen.map_err(Error::LookCheckout)? {
            let running = |it: &KeptImage| {
                let mut own = there.containers.iter();
                let own = own.find(|seen| seen.is_of(there.project, &it.service))?;
                Some(KeptImage { id: own.image_id.clone(), ..it.clone() })
            };
            let names = missing.iter().filter_map(running).collect();
            let restore = Restore::part(config, seen.head, names);
            let restored = self.operation.apply(&restore).await;
            restored.map_err(Error::Restore)?;
        }
        Err(Error::Build(error))
    }

    /// Removes the services that the release does not have, by the files that have them.
    async fn withdraw(&self, files: ComposeFiles, now: &Model, then: &Model) -> Result<(), Error> {
        let there = There::look(self.operation.world, self.operation.config).await?;
        let mut services = there.brought(now, then);
        let touched = |it: &ServiceName| match self.before {
            Some(before) => before.is_touched(it, &there.containers),
            None => true,
        };
        services.retain(touched);
        if services.is_empty() {
            return Ok(());
        }
        let withdraw = Withdraw { files, services };
        let withdrawn = self.operation.apply(&withdraw).await;
        withdrawn.map_err(Error::Withdraw)
    }
}

/// The finding about an image that is gone and that no build restores.
fn not_to_be_had(gone: &KeptImage) -> Finding {
    let detail = format!("the one that {} ran is gone from the host", gone.service);
    let hint = "the service runs the image that has this name now, on the host or in the registry";
    Finding::fail(ids::IMAGE_GONE, format!("image {}", gone.name), detail)
        .hint(Hint::Do(hint.to_owned()))
}
