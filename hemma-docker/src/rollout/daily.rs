//! Daily work on single services, through the same steps and the same gate as a deploy.

use hemma_core::{Approval, Config, Finding, Progress, Report, World};

use super::apply::{build_failed, in_force, let_go, take_lock};
use super::{Error, Situation};
use crate::compose::{Build, ComposeFiles, Model, Up};
use crate::lock::Holder;
use crate::plan::{Action, Plan, Step};

/// What was asked for, resolved and planned, ready to be carried out.
#[derive(Debug)]
pub struct Asked {
    files: ComposeFiles,
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
    Ok(Asked { files, plan: Plan { steps } })
}

/// Builds the images of services anew and replaces their containers.
pub async fn plan_rebuild(
    world: &World,
    config: &Config,
    services: &[String],
) -> Result<Asked, Error> {
    let (files, model) = in_force(world, config).await?;
    let names = named(&model, services)?;
    let built = names.iter().filter(|it| model.services[*it].build.is_some());
    let builds = built.map(|it| Step::new(Action::Build, it, "a rebuild was asked for"));
    let fresh = names.iter().map(|it| Step::new(Action::Recreate, it, "a rebuild was asked for"));
    let steps = builds.chain(fresh).collect();
    Ok(Asked { files, plan: Plan { steps } })
}

/// Carries out what [`plan_restart`] or [`plan_rebuild`] planned, then waits until everything is
/// healthy.
pub async fn carry_out(
    world: &World,
    config: &Config,
    asked: &Asked,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    take_lock(world, config, holder, approval, progress).await?;
    let report = under_lock(world, config, asked, approval, progress).await?;
    let_go(world, config, approval, progress).await?;
    Ok(report)
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
    take_lock(world, config, holder, approval, progress).await?;
    progress.line(&format!("building {}", services.join(", ")));
    let files = ComposeFiles::new(config, situation.layers);
    let build = Build { files, services: services.clone() };
    let outcome = world.apply(&build, approval, progress).await;
    let_go(world, config, approval, progress).await?;
    match outcome {
        Ok(()) => {
            let image =
                |it| Finding::pass(format!("image of {it}"), "built from what is checked out");
            Ok(services.into_iter().map(image).collect())
        }
        Err(error) => build_failed(error),
    }
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
        let build = Build { files: files.clone(), services: builds };
        world.apply(&build, approval, progress).await.map_err(Error::Build)?;
    }
    let services = asked.plan.subjects(Action::Recreate);
    progress.line(&format!("replacing {}", services.join(", ")));
    // Also where nothing about them changed: that is what was asked for.
    let up = Up { files: files.clone(), services, force: true };
    world.apply(&up, approval, progress).await.map_err(Error::Up)?;
    super::gate(world, config, progress).await
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
            known: known().collect::<Vec<_>>().join(", "),
        })
    };
    asked.iter().map(find).collect()
}
