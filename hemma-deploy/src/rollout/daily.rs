//! Daily work on single services, with the same steps and the same gate as a deploy.

use hemma_core::names::ServiceName;
use hemma_core::{Approval, Finding, Progress, Report, Suggestions, Verdict, World};
use hemma_docker::Containers;
use hemma_docker::compose::{Build, ComposeFiles, Model, Up, UpError};
use hemma_docker::health::Gated;
use hemma_git::checkout::{self, Checkout};

use crate::ids;
use crate::{Config, Operation, Remedy};

use super::bring_up::gave_up;
use super::failed::build_failed;
use super::gate::gated_of;
use super::go_back::files_are_back;
use super::in_force::in_force;
use super::locked::{Ended, gated, locked};
use super::releases::deployed;
use super::{Error, Scope, Situation};
use crate::layers::compose_files;
use crate::lock::Holder;
use crate::plan::{Agenda, ContainerAction, Plan, Step};
use crate::provenance::NotedBuild;
use crate::release::{KeptImage, Release, Restore};

/// The requested services, resolved and planned, ready to be carried out.
#[derive(Debug)]
pub struct Asked {
    files: ComposeFiles,
    /// The images of the services that are built.
    images: Vec<KeptImage>,
    /// The verb of the request, e.g. `restart`.
    verb: &'static str,
    model: Model,
    /// The steps.
    pub plan: Plan,
}

/// Restarts services with new containers, so that they read the current `.env`: `docker restart`
/// does not do that.
pub async fn plan_restart(
    world: &World,
    config: &Config,
    services: &[String],
) -> Result<Asked, Error> {
    let (files, model) = in_force(world, config).await?;
    let steps = named(&model, services)?
        .iter()
        .map(|it| Step::container(ContainerAction::Recreate, it, "restart requested"))
        .collect();
    Ok(Asked { files, model, images: Vec::new(), verb: "restart", plan: Plan { steps } })
}

/// Rebuilds the images of services and replaces their containers.
pub async fn plan_rebuild(
    world: &World,
    config: &Config,
    services: &[String],
) -> Result<Asked, Error> {
    let (files, model) = in_force(world, config).await?;
    let names = named(&model, services)?;
    let host = config.host.alias.clone();
    let containers = world.ask(&Containers { host }).await.map_err(Error::Engine)?;
    let built = || names.iter().filter(|it| model.services[*it].build.is_some());
    let image = |name: &ServiceName| {
        let container =
            containers.iter().find(|it| it.is_of(config.compose.project.as_str(), name));
        Some(KeptImage::of(name, &model.services[name], container?))
    };
    let images = built().filter_map(image).collect();
    let builds = built().map(|it| Step::build(it, "rebuild requested"));
    let fresh = |it| Step::container(ContainerAction::Recreate, it, "rebuild requested");
    let fresh = names.iter().map(fresh);
    let steps = builds.chain(fresh).collect();
    Ok(Asked { files, model, images, verb: "rebuild", plan: Plan { steps } })
}

/// Carries out the plan of [`plan_restart`] or [`plan_rebuild`], then waits until everything is
/// healthy. Services that fail get back the image and the `.env` that they ran with.
pub async fn carry_out(
    operation: Operation<'_>,
    asked: &Asked,
    holder: &Holder,
) -> Result<Report, Error> {
    gated(operation, holder, async || {
        let ended = Box::pin(under_lock(operation, asked)).await;
        ended.unwrap_or_else(|error| Err(error).into())
    })
    .await
}

/// Builds the images that `plan` builds, and touches no container.
pub async fn build_images(
    world: &World,
    situation: &Situation,
    plan: &Plan,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let config = &situation.config;
    let operation = Operation { world, config, approval, progress };
    let services = plan.agenda().builds;
    locked(operation, holder, async || {
        progress.line(&format!("building {}", services.join(", ")));
        let files = compose_files(config, situation.layers);
        let build = Build::new(files, services.clone(), situation.model());
        let told = build.told(progress);
        match world.apply(&NotedBuild(build), approval, &told).await {
            Ok(()) => {
                let image = |it| {
                    Finding::pass(
                        ids::IMAGE_BUILT,
                        format!("image of {it}"),
                        "built from what is checked out",
                    )
                };
                Ok(services.iter().map(image).collect())
            }
            Err(error) => build_failed(error),
        }
    })
    .await
}

async fn under_lock(operation: Operation<'_>, asked: &Asked) -> Result<Ended, Error> {
    let Operation { world, approval, progress, .. } = operation;
    let files = &asked.files;
    let Agenda { builds, services, .. } = asked.plan.agenda();
    let services: Vec<ServiceName> = services.into_iter().collect();
    if !builds.is_empty() {
        progress.line(&format!("building {}", builds.join(", ")));
        let build = Build::new(files.clone(), builds, Some(&asked.model));
        let told = build.told(progress);
        if let Err(error) = world.apply(&NotedBuild(build), approval, &told).await {
            let report = build_failed(error)?;
            names_back(operation, asked).await?;
            return Ok(Ended::taken_back(Ok(report)));
        }
    }
    progress.line(&format!("replacing {}", services.join(", ")));
    let replaced = replace(operation, files, &services).await?;
    let Replaced { report, failed } = replaced;
    if failed {
        return as_before(operation, asked, &services, report).await;
    }
    Ok(Ok(report).into())
}

/// Restores the names of images: a failed build may have moved some.
async fn names_back(operation: Operation<'_>, asked: &Asked) -> Result<(), Error> {
    if asked.images.len() < 2 {
        return Ok(());
    }
    let Operation { world, config, .. } = operation;
    let seen = checkout::look(world, &config.into(), false).await.map_err(Error::LookCheckout)?;
    let Checkout::Repository(seen) = seen else { return Ok(()) };
    let restore = Restore::part(config, seen.head, asked.images.clone());
    operation.apply(&restore).await.map_err(Error::Restore)?;
    Ok(())
}

/// The result of replacing containers.
struct Replaced {
    report: Report,
    /// Whether Compose gave up, or one of the services is not as expected.
    failed: bool,
}

/// Recreates the containers, even if nothing about them changed: that was requested.
async fn replace(
    operation: Operation<'_>,
    files: &ComposeFiles,
    services: &[ServiceName],
) -> Result<Replaced, Error> {
    let Operation { world, config, progress, .. } = operation;
    let up = Up { files: files.clone(), services: services.to_vec(), force: true };
    match operation.apply(&up).await {
        Ok(()) => {
            let Gated { report, failed } = gated_of(world, config, &Scope::Whole, progress).await?;
            let failed = failed.iter().any(|it| services.iter().any(|own| own.as_str() == it));
            Ok(Replaced { report, failed })
        }
        Err(UpError::Failed { said, last_lines, .. }) => {
            let seen = super::health(world, config).await;
            let report = gave_up(&config.host.alias, (said, last_lines), seen);
            Ok(Replaced { report, failed: true })
        }
        Err(error) => Err(Error::Up(error)),
    }
}

/// Restores the images that the services ran with, and the `.env` of the deployed release if it
/// differs, and reports both.
async fn as_before(
    operation: Operation<'_>,
    asked: &Asked,
    services: &[ServiceName],
    failed: Report,
) -> Result<Ended, Error> {
    let Operation { world, config, progress, .. } = operation;
    let checkout =
        checkout::look(world, &config.into(), false).await.map_err(Error::LookCheckout)?;
    let release = deployed(world, config, &checkout).await.map_err(Error::Releases)?;
    let release = release.filter(|it| it.env.is_some());
    if asked.images.is_empty() && release.is_none() {
        return Ok(Ok(failed).into());
    }
    let Checkout::Repository(seen) = checkout else { return Ok(Ok(failed).into()) };
    let mut report: Report = failed.problems().collect();
    let (names, what) = (services.join(", "), what_comes_back(asked, release.as_ref()));
    progress.line(&format!("restoring {what} of {names}"));
    let restore = Restore::part(config, seen.head, asked.images.clone());
    let restore = restore.with_env_of(release.as_ref());
    let restored = operation.apply(&restore).await.map_err(Error::Restore)?;
    let back = replace(operation, &asked.files, services).await?.report;
    let verdict = back.verdict();
    report.add(match verdict {
        Verdict::Pass => {
            let detail = format!("it was taken back; {names} runs on {what} from before, healthy");
            Finding::fail(ids::ROLLOUT_TAKEN_BACK, asked.verb, detail)
        }
        Verdict::Fail => {
            let detail = format!("{names} is back on {what} from before, but not all is healthy");
            Finding::fail(ids::ROLLOUT_TAKEN_BACK_UNHEALTHY, asked.verb, detail)
        }
        Verdict::Unknown => Finding::unseen(
            ids::ROLLOUT_TAKEN_BACK_UNSEEN,
            asked.verb,
            format!("the state of {names} is not known"),
        )
        .remedy(Remedy::ShowStatus),
    });
    report.extend(release.map(|it| files_are_back(config, &it, &restored)).unwrap_or_default());
    report.extend(back.problems());
    let proven = verdict == Verdict::Pass;
    Ok(if proven { Ended::taken_back(Ok(report)) } else { Ok(report).into() })
}

fn what_comes_back(asked: &Asked, release: Option<&Release>) -> &'static str {
    match (asked.images.is_empty(), release) {
        (true, _) => "the .env",
        (false, None) => "the image",
        (false, Some(_)) => "the image and the .env",
    }
}

/// The requested services, by their own or their containers' names.
fn named(model: &Model, asked: &[String]) -> Result<Vec<ServiceName>, Error> {
    let find = |name: &String| {
        let by_container =
            |it: &hemma_docker::compose::Service| it.container_name.as_ref() == Some(name);
        let found =
            model.services.iter().find(|(service, it)| **service == **name || by_container(it));
        let known =
            || model.services.iter().filter(|(_, it)| it.replicas > 0).map(|it| it.0.as_str());
        found.map(|it| it.0.clone()).ok_or_else(|| Error::NoService {
            name: name.clone(),
            known: Suggestions::new(name, known()),
        })
    };
    asked.iter().map(find).collect()
}
