//! Daily work on single services, through the same steps and the same gate as a deploy.

use hemma_core::{Approval, Config, Finding, Hint, Known, Progress, Report, Verdict, World};

use super::apply::{build_failed, in_force};
use super::bring_up::{UP, gave_up};
use super::locked::locked;
use super::put_back::MEND;
use super::{Error, Situation};
use crate::checkout::{self, Checkout};
use crate::compose::{Build, ComposeFiles, Model, Up, UpError};
use crate::container::Containers;
use crate::lock::Holder;
use crate::plan::{Action, Plan, Step};
use crate::release::{KeptImage, Restore};

/// What was asked for, resolved and planned, ready to be carried out.
#[derive(Debug)]
pub struct Asked {
    files: ComposeFiles,
    /// What the services run with that are built anew.
    images: Vec<KeptImage>,
    model: Model,
    /// The steps.
    pub plan: Plan,
}

/// Restarts services with fresh containers, so that they read `.env` anew: `docker restart` does
/// not.
pub async fn plan_restart(
    world: &World,
    config: &Config,
    services: &[String],
) -> Result<Asked, Error> {
    let (files, model) = in_force(world, config).await?;
    let steps = named(&model, services)?
        .into_iter()
        .map(|it| Step::new(Action::Recreate, it, "a restart was asked for"))
        .collect();
    Ok(Asked { files, model, images: Vec::new(), plan: Plan { steps } })
}

/// Builds the images of services anew and replaces their containers.
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
    let image = |name: &String| {
        let container =
            containers.iter().find(|it| it.is_of(config.compose.project.as_str(), name));
        Some(KeptImage::of(name, &model.services[name], container?))
    };
    let images = built().filter_map(image).collect();
    let builds = built().map(|it| Step::new(Action::Build, it, "a rebuild was asked for"));
    let fresh = names.iter().map(|it| Step::new(Action::Recreate, it, "a rebuild was asked for"));
    let steps = builds.chain(fresh).collect();
    Ok(Asked { files, model, images, plan: Plan { steps } })
}

/// Carries out what [`plan_restart`] or [`plan_rebuild`] planned, then waits until everything is
/// healthy. What was built anew and is not healthy gets the image back that it ran with.
pub async fn carry_out(
    world: &World,
    config: &Config,
    asked: &Asked,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    locked(world, config, holder, approval, progress, async || {
        under_lock(world, config, asked, approval, progress).await
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
    let services = plan.subjects(Action::Build);
    locked(world, config, holder, approval, progress, async || {
        progress.line(&format!("building {}", services.join(", ")));
        let files = ComposeFiles::new(config, situation.layers);
        let build = Build::new(files, services.clone(), situation.model());
        match world.apply(&build, approval, progress).await {
            Ok(()) => {
                let image =
                    |it| Finding::pass(format!("image of {it}"), "built from what is checked out");
                Ok(services.iter().map(image).collect())
            }
            Err(error) => build_failed(error),
        }
    })
    .await
}

async fn under_lock(
    world: &World,
    config: &Config,
    asked: &Asked,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let files = &asked.files;
    let builds = asked.plan.subjects(Action::Build);
    if !builds.is_empty() {
        progress.line(&format!("building {}", builds.join(", ")));
        let build = Build::new(files.clone(), builds, Some(&asked.model));
        if let Err(error) = world.apply(&build, approval, progress).await {
            let mut report = build_failed(error)?;
            for it in &mut report.findings {
                it.hint.get_or_insert_with(|| Hint::Do(MEND.to_owned()));
            }
            return Ok(report);
        }
    }
    let services = asked.plan.subjects(Action::Recreate);
    progress.line(&format!("replacing {}", services.join(", ")));
    let report = replace(world, config, (files, &services), approval, progress).await?;
    let own = |it: &Finding| {
        it.subject == UP || services.iter().any(|name| it.subject == format!("service {name}"))
    };
    if report.findings.iter().any(|it| it.verdict == Verdict::Fail && own(it)) {
        return images_back(world, config, asked, report, approval, progress).await;
    }
    Ok(report)
}

/// Makes the containers anew, also where nothing about them changed: that is what was asked for.
async fn replace(
    world: &World,
    config: &Config,
    (files, services): (&ComposeFiles, &[String]),
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let up = Up { files: files.clone(), services: services.to_vec(), force: true };
    match world.apply(&up, approval, progress).await {
        Ok(()) => super::gate(world, config, progress).await,
        Err(UpError::Failed { said, last_lines, .. }) => {
            let seen = super::health(world, config).await;
            Ok(gave_up(&config.host.alias, (said, last_lines), seen))
        }
        Err(error) => Err(Error::Up(error)),
    }
}

/// Gives the services that were built anew the images back that they ran with, and says both.
async fn images_back(
    world: &World,
    config: &Config,
    asked: &Asked,
    failed: Report,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    if asked.images.is_empty() {
        return Ok(failed);
    }
    let seen = checkout::look(world, config, false).await.map_err(Error::LookCheckout)?;
    let Checkout::Repository(seen) = seen else { return Ok(failed) };
    let mut report: Report = failed.problems().collect();
    let services: Vec<String> = asked.images.iter().map(|it| it.service.clone()).collect();
    let names = services.join(", ");
    progress.line(&format!("putting the image of {names} back"));
    let restore = Restore::part(config, seen.head, asked.images.clone());
    world.apply(&restore, approval, progress).await.map_err(Error::Restore)?;
    let back = replace(world, config, (&asked.files, &services), approval, progress).await?;
    report.add(match back.verdict() {
        Verdict::Pass => Finding::fail(
            "rebuild",
            format!("it was taken back; {names} runs on the image from before, healthy"),
        ),
        Verdict::Fail => {
            let detail =
                format!("{names} is back on the image from before, and not all is healthy");
            Finding::fail("rebuild", detail)
        }
        Verdict::Unknown => {
            Finding::unseen("rebuild", format!("it is not known how {names} stands"))
                .hint(Hint::Run("cargo xtask status".to_owned()))
        }
    });
    report.extend(back.problems());
    Ok(report)
}

/// The services that were asked for, by their own or their containers' names.
fn named(model: &Model, asked: &[String]) -> Result<Vec<String>, Error> {
    let find = |name: &String| {
        let by_container = |it: &crate::compose::Service| it.container_name.as_ref() == Some(name);
        let found =
            model.services.iter().find(|(service, it)| *service == name || by_container(it));
        let known =
            || model.services.iter().filter(|(_, it)| it.replicas > 0).map(|it| it.0.as_str());
        found.map(|it| it.0.clone()).ok_or_else(|| Error::NoService {
            name: name.clone(),
            known: Known::new(name, known()),
        })
    };
    asked.iter().map(find).collect()
}
