//! Bringing services up by a plan, and waiting until they are healthy, at once or stage by stage.

use std::collections::BTreeSet;

use hemma_core::names::{ContainerName, ServiceName};
use hemma_core::{Finding, Host, Report, Verdict};
use hemma_docker::compose::{Build, ComposeFiles, Model, PullImages, Up, UpError, advice};
use hemma_docker::health;
use hemma_docker::image::{self, Images};
use hemma_docker::{Containers, Discard};

use crate::Operation;
use crate::ids;

use super::expectations::expectations;
use super::gate;
use super::in_force::{resolve, without_hashes};
use super::stages::Stages;
use super::waves::{Bases, waves};
use super::{Error, Scope};
use crate::plan::{Agenda, Plan};
use crate::provenance::NotedBuild;

/// The services to bring up.
#[derive(Clone, Copy)]
pub(super) struct BringUp<'b> {
    pub(super) operation: Operation<'b>,
    pub(super) files: &'b ComposeFiles,
    pub(super) scope: &'b Scope,
    /// The project, if it is known; otherwise its files in the checkout are read.
    pub(super) model: Option<&'b Model>,
    pub(super) plan: &'b Plan,
    /// The images that the services' own begin from, as far as they are known.
    pub(super) bases: Option<&'b Bases>,
}

/// The report after Compose gave up: its message, and the state of the services, which explains it.
pub(super) fn gave_up(host: &Host, (said, last_lines): GaveUp, seen: Report) -> Report {
    let hint = advice(host, &said);
    let finding = Finding::fail(ids::ROLLOUT_UP_FAILED, "docker compose up", said);
    let finding = finding.evidence(last_lines).hint(hint);
    std::iter::once(finding).chain(seen.findings).collect()
}

/// Compose's message when it gave up, and its last lines.
type GaveUp = (String, Vec<String>);

/// A project whose images exist, and its services that are to be brought up.
pub(super) type Prepared = (Model, Vec<ServiceName>);

impl BringUp<'_> {
    /// Builds and starts what the plan says, and waits until every service of the scope is as
    /// expected.
    pub(super) async fn at_once(&self) -> Result<Report, Error> {
        let (project, services) = self.prepare().await?;
        self.raise(&project, services).await
    }

    /// Starts the prepared services stage by stage: each stage that has something to do, and the
    /// next only when it is healthy. The last stage waits for everything.
    pub(super) async fn in_stages(&self, prepared: Prepared) -> Result<Report, Error> {
        let (project, services) = prepared;
        let stages = Stages::of(self.operation.config);
        if stages.is_one() || *self.scope != Scope::Whole {
            return self.raise(&project, services).await;
        }
        let of = |stage: &str| -> Vec<ServiceName> {
            services.iter().filter(|it| stages.home(it) == stage).cloned().collect()
        };
        let groups = stages.names().map(|it| (it, of(it))).filter(|it| !it.1.is_empty());
        let mut groups = groups.collect::<Vec<_>>().into_iter();
        while let Some((stage, services)) = groups.next() {
            self.operation.progress.line(&format!("stage {stage}"));
            if groups.len() == 0 {
                return self.raise(&project, services).await;
            }
            let mut part = project.clone();
            Scope::Stage(stage.to_owned()).narrow(self.operation.config, &mut part);
            let mut report = self.raise(&part, services).await?;
            if report.verdict() != Verdict::Pass {
                let open = |it: (&str, _)| {
                    Finding::fail(
                        ids::STAGE_NOT_BEGUN,
                        format!("stage {}", it.0),
                        "it was not started",
                    )
                };
                report.extend(groups.map(open));
                return Ok(report);
            }
        }
        self.raise(&project, Vec::new()).await
    }

    /// Prepares images and leftovers, and returns what to bring up. A failed build touches no
    /// container.
    pub(super) async fn prepare(&self) -> Result<Prepared, Error> {
        let Agenda { images, builds, discards, services, .. } = self.plan.agenda();
        let pulled = self.pull(images).await?;
        if !builds.is_empty() {
            self.operation.progress.line(&format!("building {}", builds.join(", ")));
            let bases = self.bases.cloned().unwrap_or_default();
            for wave in waves(builds.clone(), self.model, &bases) {
                let build = Build::new(self.files.clone(), wave, self.model);
                let Operation { world, approval, progress, .. } = self.operation;
                let told = build.told(progress);
                let outcome = world.apply(&NotedBuild(build), approval, &told).await;
                outcome.map_err(Error::Build)?;
            }
        }
        self.discard(discards).await?;
        let project = if let Some(seen) = self.model {
            seen.clone()
        } else {
            let mut project =
                resolve(self.operation.world, self.operation.config, without_hashes(self.files))
                    .await?;
            self.scope.narrow(self.operation.config, &mut project);
            project
        };
        let renewed: Vec<ServiceName> = builds.into_iter().chain(pulled).collect();
        let services = self.services(&project, services, &renewed).await?;
        Ok((project, services))
    }

    /// Pulls images. Returns the services that run them.
    async fn pull(&self, images: Vec<String>) -> Result<Vec<ServiceName>, Error> {
        if images.is_empty() {
            return Ok(Vec::new());
        }
        let Some(model) = self.model else { return Ok(Vec::new()) };
        self.operation.progress.line(&format!("pulling {}", images.join(", ")));
        let services = model.running(&images);
        let pull = PullImages { files: self.files.clone(), services: services.clone(), images };
        self.operation.apply(&pull).await.map_err(Error::PullImages)?;
        Ok(services)
    }

    /// Brings `services` up, and waits for all of `project`.
    async fn raise(&self, project: &Model, services: Vec<ServiceName>) -> Result<Report, Error> {
        let failed = self.up(services).await?;
        let (host, name) =
            (&self.operation.config.host.alias, &self.operation.config.compose.project);
        let expected = expectations(project);
        Ok(match failed {
            None => {
                let Operation { world, progress, .. } = self.operation;
                gate::wait(world, host, name, &expected, progress).await?.report
            }
            Some(gave_up) => {
                let seen = health::verify(self.operation.world, host, name, &expected).await;
                self::gave_up(host, gave_up, seen)
            }
        })
    }

    /// Brings services up. If Compose gives up, the gate finds the reason.
    async fn up(&self, services: Vec<ServiceName>) -> Result<Option<GaveUp>, Error> {
        if services.is_empty() {
            return Ok(None);
        }
        self.operation.progress.line(&format!("bringing up {}", services.join(", ")));
        let force = self.plan.agenda().force;
        let up = Up { files: self.files.clone(), services, force };
        match self.operation.apply(&up).await {
            Ok(()) => Ok(None),
            Err(UpError::Failed { said, last_lines, .. }) => Ok(Some((said, last_lines))),
            Err(error) => Err(Error::Up(error)),
        }
    }

    /// Removes containers whose names Compose itself would stumble over.
    async fn discard(&self, containers: Vec<ContainerName>) -> Result<(), Error> {
        for container in containers {
            let discard = Discard { host: self.operation.config.host.alias.clone(), container };
            let discarded = self.operation.apply(&discard).await;
            discarded.map_err(Error::Engine)?;
        }
        Ok(())
    }

    /// The services that the plan names, and those that a build or a pull turned out to have
    /// changed.
    async fn services(
        &self,
        project: &Model,
        mut services: BTreeSet<ServiceName>,
        renewed: &[ServiceName],
    ) -> Result<Vec<ServiceName>, Error> {
        if renewed.iter().all(|it| services.contains(it)) {
            return Ok(services.into_iter().collect());
        }
        let host = &self.operation.config.host.alias;
        let (containers, images) =
            (Containers { host: host.clone() }, Images { host: host.clone() });
        let (containers, images) = tokio::try_join!(
            self.operation.world.ask(&containers),
            self.operation.world.ask(&images)
        )
        .map_err(Error::Engine)?;
        let name = self.operation.config.compose.project.as_str();
        for renewed in renewed {
            let Some(service) = project.services.get(renewed) else { continue };
            let running = containers.iter().find(|it| it.is_of(name, renewed));
            let image = image::named(&images, &service.image);
            if running.map(|it| &it.image_id) != image.map(|it| &it.id) {
                services.insert(renewed.clone());
            }
        }
        Ok(services.into_iter().collect())
    }
}
