//! Carrying out a plan.

use std::collections::BTreeSet;

use hemma_core::{Approval, Config, Finding, Progress, Report, Verdict, World};

use super::expectations::expectations;
use super::look::{layers_in_force, look_at};
use super::put_back::put_back;
use super::rollback::take_back;
use super::{Error, Scope, Situation};
use crate::checkout::{self, Checkout};
use crate::compose::{
    Build, BuildError, ComposeFiles, Layers, LookModel, Model, ModelAnswer, Tree, Up, UpError,
};
use crate::container::{Containers, Discard};
use crate::image::Images;
use crate::lock::{Acquire, Acquired, Holder, Release};
use crate::plan::{Action, Plan};
use crate::release::{Keep, KeptImage};
use crate::{health, network, storage};

/// Carries out `plan`, which was made from `situation`, then waits until everything is healthy.
///
/// Under the host's lock, and only if the plan is still the one to carry out. Safe to repeat: what
/// is done is seen by the next look, and only the rest is planned. What fails is taken back to the
/// release that ran before; the report says both.
pub async fn deploy(
    world: &World,
    situation: &Situation,
    plan: &Plan,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let config = &situation.config;
    take_lock(world, config, holder, approval, progress).await?;
    let again = look_at(world, config, &situation.scope).await;
    if !again.blockers().findings.is_empty() || again.plan() != *plan {
        return Err(Error::Moved(again.plan()));
    }
    let report = match carry_out(world, &again, plan, approval, progress).await {
        Err(Error::Build(error)) => build_failed(error)?,
        ended => ended?,
    };
    let report = match report.verdict() {
        Verdict::Pass if !again.scope.is_whole() => report,
        Verdict::Fail if !again.scope.is_whole() => {
            put_back(world, &again, report, approval, progress).await?
        }
        Verdict::Pass => {
            keep(world, config, approval, progress).await?;
            report
        }
        Verdict::Fail => take_back(world, &again, report, approval, progress).await?,
        // Nobody knows how it stands; the next run looks and goes on from there.
        Verdict::Unknown => report,
    };
    let_go(world, config, approval, progress).await?;
    Ok(report)
}

/// A build that failed is an answer; not to know how it ended is none.
pub(super) fn build_failed(error: BuildError) -> Result<Report, Error> {
    let BuildError::Failed { host, last_lines, .. } = error else {
        return Err(Error::Build(error));
    };
    let detail = "it failed; the containers that ran before still run";
    let finding = Finding::fail("build", detail);
    let finding = match storage::hint(&host, &last_lines.join("\n")) {
        Some(hint) => finding.hint(hint),
        None => finding,
    };
    Ok(Report::from_iter([finding.evidence(last_lines)]))
}

/// Takes the host's lock, or says who has it.
pub async fn take_lock(
    world: &World,
    config: &Config,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    let acquire = Acquire { host, project, holder: holder.clone() };
    match world.apply(&acquire, approval, progress).await.map_err(Error::Lock)? {
        Acquired::Ours => Ok(()),
        Acquired::HeldBy(other) => Err(Error::Locked(other)),
    }
}

/// Lets the host's lock go.
pub async fn let_go(
    world: &World,
    config: &Config,
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    world.apply(&Release { host, project }, approval, progress).await.map_err(Error::Lock)
}

/// Keeps what runs now as the release of the commit that is checked out.
pub(super) async fn keep(
    world: &World,
    config: &Config,
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    let (seen, force) = tokio::join!(checkout::look(world, config, false), in_force(world, config));
    let ((files, model), seen) = (force?, seen.map_err(Error::LookCheckout)?);
    let Checkout::Repository(seen) = seen else { return Ok(()) };
    let asked = Containers { host: files.host.clone() };
    let containers = world.ask(&asked).await.map_err(Error::Engine)?;
    let project = &config.compose.project;
    let image = |(name, service): (&String, &crate::compose::Service)| {
        let container = containers.iter().find(|it| it.is_of(project.as_str(), name))?;
        Some(KeptImage::of(name, service, container))
    };
    let keep = Keep {
        host: files.host,
        project: project.clone(),
        checkout: config.host.checkout.clone(),
        commit: seen.head,
        images: model.services.iter().filter_map(image).collect(),
        at: world.now(),
    };
    world.apply(&keep, approval, progress).await.map_err(Error::Keep)
}

async fn carry_out(
    world: &World,
    situation: &Situation,
    plan: &Plan,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let config = &situation.config;
    let has = |action| plan.steps.iter().any(|it| it.action == action);
    if has(Action::Clone) || has(Action::Pull) {
        progress.line("bringing the checkout up to date");
        checkout::ensure_as_seen(world, config, &situation.checkout, approval, progress)
            .await
            .map_err(Error::Checkout)?;
    }
    if has(Action::CreateNetwork) {
        let name = &config.compose.network;
        progress.line(&format!("creating network {name}"));
        network::ensure(world, &config.host.alias, name, approval).await.map_err(Error::Network)?;
    }
    let files = ComposeFiles::new(config, situation.layers);
    let what = (&files, &situation.scope, situation.model());
    bring_up(world, config, what, plan, approval, progress).await
}

/// Builds and starts what `plan` says, and waits until every service of the scope is as it should
/// be. The model is for the names of what is built.
pub(super) async fn bring_up(
    world: &World,
    config: &Config,
    (files, scope, model): (&ComposeFiles, &Scope, Option<&Model>),
    plan: &Plan,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let builds = plan.subjects(Action::Build);
    if !builds.is_empty() {
        progress.line(&format!("building {}", builds.join(", ")));
        let build = Build::new(files.clone(), builds.clone(), model);
        world.apply(&build, approval, progress).await.map_err(Error::Build)?;
    }
    discard(world, config, plan, approval, progress).await?;
    let mut project = resolve(world, without_hashes(files)).await?;
    scope.narrow(&mut project);
    let services = to_bring_up(world, config, &project, plan, &builds).await?;
    let mut failed = None;
    if !services.is_empty() {
        progress.line(&format!("bringing up {}", services.join(", ")));
        let force = !plan.subjects(Action::Replace).is_empty();
        let up = Up { files: files.clone(), services, force };
        match world.apply(&up, approval, progress).await {
            Ok(()) => {}
            // The gate knows better than Compose why.
            Err(UpError::Failed { said, last_lines, .. }) => failed = Some((said, last_lines)),
            Err(error) => return Err(Error::Up(error)),
        }
    }
    let expected = expectations(&project);
    let host = &config.host.alias;
    let name = &config.compose.project;
    Ok(match failed {
        None => health::gate(world, host, name, &expected, progress).await,
        Some((said, last_lines)) => {
            let seen = health::verify(world, host, name, &expected).await;
            let finding = Finding::fail("docker compose up", said).evidence(last_lines);
            std::iter::once(finding).chain(seen.findings).collect()
        }
    })
}

/// Compose itself would stumble over the names of these.
async fn discard(
    world: &World,
    config: &Config,
    plan: &Plan,
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    for name in plan.subjects(Action::Discard) {
        let Ok(container) = name.parse() else { continue };
        let discard = Discard { host: config.host.alias.clone(), container };
        world.apply(&discard, approval, progress).await.map_err(Error::Engine)?;
    }
    Ok(())
}

/// What the plan names, and what a build turned out to have changed.
async fn to_bring_up(
    world: &World,
    config: &Config,
    model: &Model,
    plan: &Plan,
    builds: &[String],
) -> Result<Vec<String>, Error> {
    let actions =
        [Action::Create, Action::Recreate, Action::Replace, Action::Start, Action::Remove];
    let mut services: BTreeSet<String> =
        actions.into_iter().flat_map(|it| plan.subjects(it)).collect();
    if builds.iter().all(|it| services.contains(it)) {
        return Ok(services.into_iter().collect());
    }
    let host = &config.host.alias;
    let (containers, images) = (Containers { host: host.clone() }, Images { host: host.clone() });
    let (containers, images) =
        tokio::try_join!(world.ask(&containers), world.ask(&images)).map_err(Error::Engine)?;
    let project = config.compose.project.as_str();
    for name in builds {
        let Some(service) = model.services.get(name) else { continue };
        let running = containers.iter().find(|it| it.is_of(project, name));
        let built = crate::plan::image_named(&images, &service.image);
        if running.map(|it| &it.image_id) != built.map(|it| &it.id) {
            services.insert(name.clone());
        }
    }
    Ok(services.into_iter().collect())
}

/// What the compose files in the checkout resolve to.
pub(super) async fn resolve(world: &World, asked: LookModel) -> Result<Model, Error> {
    match world.ask(&asked).await.map_err(Error::Model)? {
        ModelAnswer::Resolved(model) => Ok(model),
        ModelAnswer::Refused(refusal) => Err(Error::Refused(refusal)),
    }
}

/// Waits until every service of the checkout is as it should be.
pub async fn gate(world: &World, config: &Config, progress: &Progress) -> Result<Report, Error> {
    gate_of(world, config, &Scope::Whole, progress).await
}

/// Waits until those are as they should be that a scope is about.
pub async fn gate_of(
    world: &World,
    config: &Config,
    scope: &Scope,
    progress: &Progress,
) -> Result<Report, Error> {
    let (files, mut project) = in_force(world, config).await?;
    scope.narrow(&mut project);
    let expected = expectations(&project);
    let host = &files.host;
    Ok(health::gate(world, host, &config.compose.project, &expected, progress).await)
}

/// The files that are in force on the host, and what they resolve to.
pub(super) async fn in_force(
    world: &World,
    config: &Config,
) -> Result<(ComposeFiles, Model), Error> {
    let host = config.host.alias.clone();
    let main = ComposeFiles::new(config, Layers::Main);
    let asked = Containers { host };
    let (containers, seen) = tokio::join!(world.ask(&asked), resolve(world, without_hashes(&main)));
    let containers = containers.map_err(Error::Engine)?;
    match layers_in_force(config, &containers) {
        Layers::Main => Ok((main, seen?)),
        Layers::Research => {
            let files = ComposeFiles::new(config, Layers::Research);
            let model = resolve(world, without_hashes(&files)).await?;
            Ok((files, model))
        }
    }
}

fn without_hashes(files: &ComposeFiles) -> LookModel {
    LookModel { files: files.clone(), tree: Tree::Checkout, hashes: false }
}
