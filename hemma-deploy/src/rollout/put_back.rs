//! Restoring single services that a rollout replaced, when they do not become healthy.

use hemma_core::names::ServiceName;
use hemma_core::{Finding, Report, Verdict};
use hemma_docker::{Container, Containers};
use hemma_git::checkout::Checkout;

use super::before::Before;
use super::bring_up::BringUp;
use super::failed::gone;
use super::go_back::files_are_back;
use super::locked::Ended;
use super::releases::deployed;
use super::{Error, Situation};
use crate::Operation;
use crate::ids;
use crate::layers::compose_files;
use crate::layers::layers_in_force;
use crate::plan::{ContainerAction, Plan, Step};
use crate::release::{KeptImage, Restore, Withdraw};

/// Restores the images and files of the services that the run has touched, removes those that did
/// not run before, and adds this to the report of the failure.
pub(super) async fn put_back(
    operation: Operation<'_>,
    situation: &Situation,
    failed: Report,
) -> Result<Ended, Error> {
    let mut report = gone(failed);
    let Ok(checkout @ Checkout::Repository(seen)) = &situation.checkout else {
        let detail = "there was no checkout before to go back to; it is left as it is";
        report.add(Finding::fail(ids::ROLLOUT_NO_WAY_BACK, "deploy", detail));
        return Ok(Ok(report).into());
    };
    let Operation { world, config, progress, .. } = operation;
    let containers = situation.containers.as_deref().unwrap_or_default();
    let now = Containers { host: config.host.alias.clone() };
    let now = world.ask(&now).await.map_err(Error::Engine)?;
    let (images, new) = touched(situation, &now);
    if !new.is_empty() {
        progress.line(&format!("removing {}", new.join(", ")));
        let files = compose_files(config, situation.layers);
        let withdraw = Withdraw { files, services: new.clone() };
        operation.apply(&withdraw).await.map_err(Error::Withdraw)?;
        let detail = format!("{} did not run before, and is removed again", new.join(", "));
        report.add(Finding::fail(ids::ROLLOUT_WITHDRAWN, "deploy", detail));
    }
    if images.is_empty() && !situation.scope.brings_commits() {
        return Ok(Ended::taken_back(Ok(report)));
    }
    let before = images.iter().map(|it| it.service.as_str()).collect::<Vec<_>>().join(", ");
    let what = if before.is_empty() { "the checkout" } else { &before };
    progress.line(&format!("restoring {what}"));
    let steps = images
        .iter()
        .map(|it| Step::container(ContainerAction::Recreate, &it.service, "as it was"));
    let plan = Plan { steps: steps.collect() };
    let release = deployed(world, config, checkout).await.map_err(Error::Releases)?;
    let restore = Restore::part(config, seen.head.clone(), images).with_env_of(release.as_ref());
    let restored = operation.apply(&restore).await.map_err(Error::Restore)?;
    let files = release.map(|it| files_are_back(config, &it, &restored)).unwrap_or_default();
    if plan.is_empty() {
        report.extend(files);
        return Ok(Ended::taken_back(Ok(report)));
    }
    let in_force = compose_files(config, layers_in_force(config, containers));
    let (files_then, scope, plan) = (&in_force, &situation.scope, &plan);
    let up = BringUp { operation, files: files_then, scope, model: None, plan, bases: None };
    let back = up.at_once().await?;
    let verdict = back.verdict();
    report.add(match verdict {
        Verdict::Pass => Finding::fail(
            ids::ROLLOUT_TAKEN_BACK,
            "deploy",
            format!("it was taken back; {before} runs as before, healthy"),
        ),
        Verdict::Fail => Finding::fail(
            ids::ROLLOUT_TAKEN_BACK_UNHEALTHY,
            "deploy",
            format!("{before} is back, but not healthy either"),
        ),
        Verdict::Unknown => Finding::unseen(
            ids::ROLLOUT_TAKEN_BACK_UNSEEN,
            "deploy",
            format!("the state of {before} is not known"),
        ),
    });
    report.extend(files);
    report.extend(back.problems());
    let proven = verdict == Verdict::Pass;
    Ok(if proven { Ended::taken_back(Ok(report)) } else { Ok(report).into() })
}

/// The images that the touched services ran before, and those services that did not run.
fn touched(situation: &Situation, now: &[Container]) -> (Vec<KeptImage>, Vec<ServiceName>) {
    let (mut images, mut new) = (Vec::new(), Vec::new());
    let Some(project) = situation.model() else { return (images, new) };
    let before = Before::of(situation);
    let containers = situation.containers.as_deref().unwrap_or_default();
    let name = situation.config.compose.project.as_str();
    for (service, it) in &project.services {
        if !before.is_touched(service, now) {
            continue;
        }
        match containers.iter().find(|it| it.is_of(name, service)) {
            Some(container) => {
                // By the name that the files gave it then.
                let then = situation.before.as_ref().and_then(|it| it.services.get(service));
                images.push(KeptImage::of(service, then.unwrap_or(it), container));
            }
            None => new.push(service.clone()),
        }
    }
    (images, new)
}
