//! Rollback: going back to a kept release by hand.

use hemma_core::{Report, Verdict, World};
use hemma_docker::compose::LookModel;
use hemma_git::Tree;
use hemma_git::checkout::{self, Checkout};

use crate::{Config, Operation};

use super::Error;
use super::go_back::{There, go_back};
use super::in_force::{in_force_if_readable, resolve};
use super::locked::{Ended, gated};
use super::record::keep;
use super::releases::{chosen, deployed};
use super::take_back::return_to;
use crate::lock::{self, Holder};
use crate::plan::{self, Action, ContainerAction, Plan, Step};
use crate::release::Release;

/// The release that [`rollback`] would go back to, and its plan.
///
/// `to` is the beginning of a commit; without it, it is the release before the deployed one. What
/// was cut, or has not passed its gate, is not deployed yet: after such a deploy, the release that
/// ran before it is chosen, and such a rollback is continued.
pub async fn plan_rollback(
    world: &World,
    config: &Config,
    to: Option<&str>,
) -> Result<(Release, Plan), Error> {
    let release = chosen(world, config, to).await?;
    let reason = format!("it passed its gate at {}", release.at.strftime("%F %T UTC"));
    let mut steps = vec![Step::new(Action::RestoreRelease(release.commit.clone()), reason)];
    if let Some(overlay) = config.compose.overlay.as_ref().filter(|_| release.overlay_differs) {
        let reason = format!("as it was then; the current one is kept as {overlay}.replaced");
        steps.push(Step::new(Action::RestoreOverlay(overlay.clone()), reason));
    }
    if let Some(env) = &release.env {
        let reason =
            format!("as it was then; the current one is kept, and differs: {}", env.words());
        steps.push(Step::new(Action::RestoreEnv, reason));
    }
    for it in &release.files {
        let words = it.change.words();
        let reason = format!("as it was then; the current one is kept, and differs: {words}");
        steps.push(Step::new(Action::RestoreFile(it.file.clone()), reason));
    }
    let (files, now) = in_force_if_readable(world, config).await?;
    let asked = |tree: Tree| {
        let tree = tree.workdir();
        LookModel { files: files.clone(), tree, hashes: true }
    };
    let with_hashes = async {
        match now {
            Some(_) => resolve(world, config, asked(Tree::Checkout)).await.map(Some),
            None => Ok(None),
        }
    };
    let (now, then, there) = tokio::try_join!(
        with_hashes,
        resolve(world, config, asked(Tree::Commit(release.commit.clone()))),
        There::look(world, config),
    )?;
    let brought = now.iter().flat_map(|now| there.brought(now, &then));
    let why = "that release does not have it";
    steps.extend(brought.map(|it| Step::container(ContainerAction::Remove, &it, why)));
    steps.extend(there.steps_to(&release, &then, now.as_ref()));
    Ok((release, Plan { steps }))
}

/// Goes back to `release`, under the host's lock and only if `plan` is still valid, and waits until
/// everything is healthy. If that fails, what ran before is restored, provided that it had passed
/// its gate.
pub async fn rollback(
    operation: Operation<'_>,
    release: &Release,
    plan: &Plan,
    holder: &Holder,
) -> Result<Report, Error> {
    gated(operation, holder, async || {
        let done = Box::pin(under_lock(operation, release, plan)).await;
        done.unwrap_or_else(|error| Err(error).into())
    })
    .await
}

async fn under_lock(
    operation: Operation<'_>,
    release: &Release,
    plan: &Plan,
) -> Result<Ended, Error> {
    let Operation { world, config, .. } = operation;
    let (_, now) = plan_rollback(world, config, Some(release.id())).await?;
    let moved = plan::moved(plan, &now);
    if !moved.is_empty() {
        return Err(Error::Moved(moved));
    }
    let proven = proven(world, config).await?.filter(|it| it.id() != release.id());
    let before = There::look(world, config).await?.before();
    let report = match Box::pin(go_back(operation, release, None)).await {
        // A failed build has restored what it changed.
        Err(error @ Error::Build(_)) => return Ok(Ended::taken_back(Err(error))),
        gone_back => gone_back?.report(),
    };
    match (report.verdict(), proven) {
        (Verdict::Pass, _) => {
            keep(operation, None).await?;
            Ok(Ok(report).into())
        }
        (Verdict::Fail, Some(proven)) => {
            let (target, failed) = ((&proven, Some(&before)), ("rollback", report));
            Box::pin(return_to(operation, target, failed)).await
        }
        (Verdict::Fail | Verdict::Unknown, _) => Ok(Ok(report).into()),
    }
}

/// The current release, if it has passed its gate.
async fn proven(world: &World, config: &Config) -> Result<Option<Release>, Error> {
    let seen = checkout::look(world, &config.into(), false).await.map_err(Error::LookCheckout)?;
    let release = deployed(world, config, &seen).await.map_err(Error::Releases)?;
    let unproven = lock::unproven(world, config).await.map_err(Error::Unproven)?;
    let Checkout::Repository(seen) = seen else { return Ok(None) };
    let is_there = |it: &Release| it.commit == seen.head && it.has_its_files();
    Ok(release.filter(|it| unproven.is_none() && is_there(it)))
}
