//! Carrying out a plan.

use hemma_core::{Approval, Config, Finding, Progress, Report, Verdict, World};

use super::bring_up::BringUp;
use super::expectations::expectations;
use super::locked::locked;
use super::look::{layers_in_force, look_at};
use super::put_back::put_back;
use super::rollback::take_back;
use super::{Error, Scope, Situation};
use crate::checkout::{self, Checkout};
use crate::compose::{BuildError, ComposeFiles, Layers, LookModel, Model, ModelAnswer, Tree};
use crate::container::Containers;
use crate::lock::Holder;
use crate::plan::{self, Action, Plan};
use crate::release::{Keep, KeptImage, Note};
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
    locked(world, config, holder, approval, progress, async || {
        under_lock(world, situation, plan, approval, progress).await
    })
    .await
}

async fn under_lock(
    world: &World,
    situation: &Situation,
    plan: &Plan,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let config = &situation.config;
    let now;
    let situation = if situation.is_unmoved(world).await {
        situation
    } else {
        now = look_at(world, config, &situation.scope).await;
        let moved = has_moved(&now, plan);
        if !moved.is_empty() {
            return Err(Error::Moved(moved));
        }
        &now
    };
    let report = match carry_out(world, situation, plan, approval, progress).await {
        Err(Error::Build(error)) => build_failed(error)?,
        ended => ended?,
    };
    match (report.verdict(), &situation.scope) {
        (Verdict::Pass, Scope::Whole) => {
            keep(world, config, approval, progress).await?;
            Ok(report)
        }
        (Verdict::Pass, Scope::Stage(_)) => {
            note(world, situation, approval, progress).await?;
            Ok(report)
        }
        (Verdict::Fail, Scope::Whole) => {
            take_back(world, situation, report, approval, progress).await
        }
        (Verdict::Fail, _) => put_back(world, situation, report, approval, progress).await,
        // Nobody knows how it stands; the next run looks and goes on from there.
        (Verdict::Unknown, _) | (Verdict::Pass, Scope::Research(_)) => Ok(report),
    }
}

/// What is another now than when `plan` was shown: what stops it, or the steps that differ.
fn has_moved(now: &Situation, plan: &Plan) -> Vec<String> {
    let blockers = now.blockers().findings.into_iter();
    let blockers: Vec<String> =
        blockers.map(|it| format!("now in the way: {}: {}", it.subject, it.detail)).collect();
    if blockers.is_empty() { plan::moved(plan, &now.plan()) } else { blockers }
}

/// A build that failed is an answer; not to know how it ended is none.
pub(super) fn build_failed(error: BuildError) -> Result<Report, Error> {
    let BuildError::Failed { host, last_lines, .. } = error else {
        return Err(Error::Build(error));
    };
    let detail = "it failed; the containers that ran before still run";
    let hint = storage::hint(&host, &last_lines.join("\n"));
    Ok(Report::from_iter([Finding::fail("build", detail).hint(hint).evidence(last_lines)]))
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
        overlay: config.compose.overlay.clone(),
        images: model.services.iter().filter_map(image).collect(),
        at: world.now(),
    };
    world.apply(&keep, approval, progress).await.map_err(Error::Keep)
}

/// Notes what the services of a stage run.
async fn note(
    world: &World,
    situation: &Situation,
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    let config = &situation.config;
    let seen = checkout::look(world, config, false).await.map_err(Error::LookCheckout)?;
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
    world.apply(&note, approval, progress).await.map_err(Error::Note)
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
    situation.prerequisites.make(world, config, approval, progress).await?;
    let files = ComposeFiles::new(config, situation.layers);
    let (files, scope, model) = (&files, &situation.scope, situation.model());
    let up = BringUp { world, config, files, scope, model, plan, approval, progress };
    up.in_stages().await
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
    scope.narrow(config, &mut project);
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

/// The same where the files that are checked out may not be readable: then nobody knows what they
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
            Ok((ComposeFiles::new(config, layers_in_force(config, &containers)), None))
        }
        Err(error) => Err(error),
    }
}

pub(super) fn without_hashes(files: &ComposeFiles) -> LookModel {
    LookModel { files: files.clone(), tree: Tree::Checkout, hashes: false }
}
