//! Putting back what a rollout of single services replaced, when they do not become healthy.

use hemma_core::{Approval, Finding, Hint, Progress, Report, Verdict, World};

use super::bring_up::BringUp;
use super::look::layers_in_force;
use super::{Error, Situation};
use crate::checkout::Checkout;
use crate::compose::ComposeFiles;
use crate::plan::{Action, Plan, Step};
use crate::release::{KeptImage, Restore, Withdraw};

/// The next thing to do about what failed and does not run any more.
pub(super) const MEND: &str =
    "mend what its last lines show, push it, and run `cargo xtask deploy`";

/// What failed, to be said when it is taken back: `logs` would show the log of what took its place.
pub(super) fn gone(failed: Report) -> Report {
    let shows_its_log =
        |it: &Hint| matches!(it, Hint::Run(line) if line.starts_with("cargo xtask logs "));
    let mend = |mut it: Finding| {
        if it.hint.as_ref().is_some_and(shows_its_log) {
            it.hint = Some(Hint::Do(MEND.to_owned()));
        }
        it
    };
    failed.problems().map(mend).collect()
}

/// Brings the services of `situation` back to the images and files that they ran with, takes those
/// away that did not run, and says so beside what failed.
pub(super) async fn put_back(
    world: &World,
    situation: &Situation,
    failed: Report,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let mut report = gone(failed);
    let (Some(project), Ok(Checkout::Repository(seen))) = (situation.model(), &situation.checkout)
    else {
        let detail = "there was no checkout before to go back to; it is left as it is";
        report.add(Finding::fail("deploy", detail));
        return Ok(report);
    };
    let config = &situation.config;
    let containers = situation.containers.as_deref().unwrap_or_default();
    let mut images = Vec::new();
    let mut new = Vec::new();
    for (service, it) in &project.services {
        match containers.iter().find(|it| it.is_of(config.compose.project.as_str(), service)) {
            Some(container) => {
                // By the name that the files gave it then.
                let before = situation.before.as_ref().and_then(|it| it.services.get(service));
                images.push(KeptImage::of(service, before.unwrap_or(it), container));
            }
            None => new.push(service.clone()),
        }
    }
    if !new.is_empty() {
        progress.line(&format!("taking away {}", new.join(", ")));
        let files = ComposeFiles::new(config, situation.layers);
        let withdraw = Withdraw { files, services: new.clone() };
        world.apply(&withdraw, approval, progress).await.map_err(Error::Withdraw)?;
        let detail = format!("{} did not run before, and is taken away again", new.join(", "));
        report.add(Finding::fail("deploy", detail));
    }
    if images.is_empty() && !situation.scope.brings_commits() {
        return Ok(report);
    }
    let before = images.iter().map(|it| it.service.as_str()).collect::<Vec<_>>().join(", ");
    let what = if before.is_empty() { "the checkout" } else { &before };
    progress.line(&format!("putting {what} back"));
    let steps = images.iter().map(|it| Step::new(Action::Recreate, &it.service, "as it was"));
    let plan = Plan { steps: steps.collect() };
    let restore = Restore::part(config, seen.head.clone(), images);
    world.apply(&restore, approval, progress).await.map_err(Error::Restore)?;
    if plan.is_empty() {
        return Ok(report);
    }
    let files = ComposeFiles::new(config, layers_in_force(config, containers));
    let (files, scope, plan) = (&files, &situation.scope, &plan);
    let up = BringUp { world, config, files, scope, model: None, plan, approval, progress };
    let back = up.at_once().await?;
    report.add(match back.verdict() {
        Verdict::Pass => {
            Finding::fail("deploy", format!("it was taken back; {before} runs as before, healthy"))
        }
        Verdict::Fail => {
            Finding::fail("deploy", format!("{before} is back and not healthy either"))
        }
        Verdict::Unknown => {
            Finding::unseen("deploy", format!("it is not known how {before} stands"))
        }
    });
    report.extend(back.problems());
    Ok(report)
}
