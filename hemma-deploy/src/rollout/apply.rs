//! Carrying out a plan.

use std::collections::BTreeSet;

use hemma_core::names::ServiceName;
use hemma_core::{Approval, Finding, OperatorError, Progress, Report, Verdict, World, causes};
use hemma_docker::network;
use hemma_git::checkout::{self, Checkout, short};

use super::before::Before;
use super::bring_up::{BringUp, Prepared};
use super::failed::build_failed;
use super::locked::{Ended, gated};
use super::look::look_at;
use super::put_back::put_back;
use super::record::{keep, note};
use super::take_back::take_back;
use super::{Error, Scope, Situation};
use crate::ids;
use crate::layers::compose_files;
use crate::lock::Holder;
use crate::plan::{self, Plan};
use crate::release::{ArmReturn, KeptImage, Restore};
use crate::{Operation, Remedy};

/// Carries out `plan`, which was made from `situation`, then waits until everything is healthy.
///
/// It holds the host's lock, and runs only if the plan is still valid. It is safe to repeat: the
/// next look sees what is done, and only the rest is planned. A failure is taken back to the
/// release that ran before; the report has both.
pub async fn deploy(
    world: &World,
    situation: &Situation,
    plan: &Plan,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let operation = Operation { world, config: &situation.config, approval, progress };
    gated(operation, holder, async || {
        let ended = Box::pin(under_lock(operation, situation, plan)).await;
        ended.unwrap_or_else(|error| Err(error).into())
    })
    .await
}

async fn under_lock(
    operation: Operation<'_>,
    situation: &Situation,
    plan: &Plan,
) -> Result<Ended, Error> {
    let Operation { world, config, .. } = operation;
    let now;
    let situation = if situation.is_unmoved(world).await {
        situation
    } else {
        now = Box::pin(look_at(world, config, &situation.scope)).await;
        let moved = has_moved(&now, plan);
        if !moved.is_empty() {
            return Err(Error::Moved(moved));
        }
        &now
    };
    let files = compose_files(config, situation.layers);
    let (files, scope, model) = (&files, &situation.scope, situation.model());
    let bases = Some(&situation.bases());
    let up = BringUp { operation, files, scope, model, plan, bases };
    arm(situation, &up).await?;
    let prepared = match Box::pin(prepare(situation, &up)).await {
        Err(error) if error.is_known() => {
            return Ok(Box::pin(unprepared(situation, &up, error)).await);
        }
        prepared => prepared?,
    };
    let report = Box::pin(up.in_stages(prepared)).await?;
    match (report.verdict(), scope) {
        (Verdict::Pass, Scope::Whole) => {
            let env = situation.env_change().cloned();
            keep(operation, env).await?;
            Ok(Ok(report).into())
        }
        (Verdict::Pass, Scope::Stage(_)) => {
            note(operation, situation).await?;
            Ok(Ok(report).into())
        }
        (Verdict::Fail, Scope::Whole) => {
            Box::pin(take_back(operation, situation, plan, report)).await
        }
        (Verdict::Fail, _) => Box::pin(put_back(operation, situation, report)).await,
        // The state could not be seen; the next run looks and goes on from there.
        (Verdict::Unknown, _) | (Verdict::Pass, Scope::Research(_)) => Ok(Ok(report).into()),
    }
}

/// The differences since `plan` was shown: the blockers, or the steps that differ.
fn has_moved(now: &Situation, plan: &Plan) -> Vec<String> {
    let blockers = now.blockers().findings.into_iter();
    let blockers: Vec<String> =
        blockers.map(|it| format!("new obstacle: {}: {}", it.subject, it.detail)).collect();
    if blockers.is_empty() { plan::moved(plan, &now.plan()) } else { blockers }
}

/// Arms the watchdog for a deploy of the whole application, if it is wanted and a release that has
/// passed its gate can be gone back to.
async fn arm(situation: &Situation, up: &BringUp<'_>) -> Result<(), Error> {
    let BringUp { operation, plan, .. } = *up;
    let Operation { world, config, .. } = operation;
    let Some(after) = &config.deploy.return_after else { return Ok(()) };
    let (Ok(Checkout::Repository(seen)), Ok(Some(release)), Some(model)) =
        (&situation.checkout, &situation.release, situation.model())
    else {
        return Ok(());
    };
    if !situation.scope.is_whole() || !situation.was_proven() {
        return Ok(());
    }
    let before = Before::of(situation);
    let running: Vec<KeptImage> =
        release.images.iter().map(|it| before.image(it, before.images())).collect();
    let names = before.names_of_images(situation, plan);
    let built = |it: &KeptImage| running.iter().any(|own| own.service == it.service);
    let others = names.into_iter().filter(|it| !built(it));
    let restore =
        Restore::part(config, seen.head.clone(), running.iter().cloned().chain(others).collect());
    let restore = Restore {
        overlay: config.compose.overlay.clone(),
        files: config.compose.other_env_files().cloned().collect(),
        files_of: Some(release.id().to_owned()),
        ..restore
    };
    let known =
        model.services.keys().chain(situation.before.iter().flat_map(|it| it.services.keys()));
    let services: BTreeSet<ServiceName> = known.cloned().collect();
    let services =
        services.into_iter().map(|it| (before.container(&it).map(|it| it.id.clone()), it));
    let arm = ArmReturn {
        after: after.time(),
        restore,
        files: compose_files(config, situation.layers),
        services: services.map(|(id, name)| (name, id)).collect(),
        at: world.now(),
    };
    operation.apply(&arm).await.map_err(Error::Arm)
}

/// Everything before the first container: the checkout, the network, the databases, the images.
async fn prepare(situation: &Situation, up: &BringUp<'_>) -> Result<Prepared, Error> {
    let BringUp { operation, plan, .. } = *up;
    let Operation { world, config, approval, progress } = operation;
    let agenda = plan.agenda();
    if agenda.clones || agenda.pulls {
        progress.line("bringing the checkout up to date");
        checkout::ensure_as_seen(world, &config.into(), &situation.checkout, approval, progress)
            .await
            .map_err(Error::Checkout)?;
    }
    if let Some(name) = &agenda.network {
        progress.line(&format!("creating network {name}"));
        network::ensure(world, &config.host.alias, name, approval).await.map_err(Error::Network)?;
    }
    situation.prerequisites.run(operation, &agenda.statements).await?;
    up.prepare().await
}

/// Takes back a failure before the first container was touched: the checkout and the names of
/// images are restored; nothing else has changed.
async fn unprepared(situation: &Situation, up: &BringUp<'_>, error: Error) -> Ended {
    let back = checkout_back(situation, up).await;
    let mut report = match error {
        Error::Build(error) => match build_failed(error) {
            Ok(report) => report,
            Err(error) => return Err(error).into(),
        },
        error if back.is_ok() => return Ended::taken_back(Err(error)),
        error => return Err(error).into(),
    };
    match back {
        Ok(None) => Ended::taken_back(Ok(report)),
        Ok(Some(commit)) => {
            let detail = format!("the checkout is at {commit} again; no container was touched");
            report.add(
                Finding::fail(ids::ROLLOUT_CHECKOUT_RESTORED, "deploy", detail)
                    .remedy(Remedy::FixAndDeploy),
            );
            Ended::taken_back(Ok(report))
        }
        Err(error) => {
            let detail = format!("the checkout could not be restored: {}", causes(&error));
            report.add(
                Finding::fail(ids::ROLLOUT_CHECKOUT_NOT_RESTORED, "checkout", detail)
                    .hint(error.hint()),
            );
            Ok(report).into()
        }
    }
}

/// Restores the checkout and the names of images. Returns the commit if there was one to go back
/// to.
async fn checkout_back(situation: &Situation, up: &BringUp<'_>) -> Result<Option<String>, Error> {
    let BringUp { operation, plan, .. } = *up;
    let Ok(Checkout::Repository(seen)) = &situation.checkout else { return Ok(None) };
    let images = Before::of(situation).names_of_images(situation, plan);
    if !plan.agenda().pulls && images.is_empty() {
        return Ok(None);
    }
    let restore = Restore::part(operation.config, seen.head.clone(), images);
    operation.apply(&restore).await.map_err(Error::Restore)?;
    Ok(Some(short(&seen.head).to_owned()))
}
