//! The way back to a kept release: by hand, or when what was deployed does not become healthy.

use std::collections::BTreeMap;

use hemma_core::{Approval, Config, Finding, Known, Progress, Report, Verdict, World};

use super::apply::{in_force, keep, let_go, resolve, take_lock};
use super::bring_up::BringUp;
use super::look::model;
use super::{Error, Scope, Situation};
use crate::checkout::{Checkout, History, Since, short};
use crate::compose::{Layers, LookModel, Model, ModelAnswer, Tree};
use crate::container::Containers;
use crate::image::Images;
use crate::lock::Holder;
use crate::plan::{Action, Base, Plan, Seen, Step, service_steps};
use crate::release::{Release, Releases, Restore, Withdraw};

/// Which release [`rollback`] would go back to, and what that would take.
///
/// `to` is the beginning of a commit; without it, it is the release before the newest.
pub async fn plan_rollback(
    world: &World,
    config: &Config,
    to: Option<&str>,
) -> Result<(Release, Plan), Error> {
    let releases = kept(world, config).await?;
    let chosen = match to {
        Some(commit) => releases.iter().find(|it| it.commit.starts_with(commit)),
        None => releases.get(1),
    };
    let Some(release) = chosen else {
        return Err(no_release(&releases, to));
    };
    let reason = format!("it passed its gate at {}", release.at.strftime("%F %T UTC"));
    let mut steps = vec![Step::new(Action::Restore, short(&release.commit), reason)];
    if let Some(overlay) = config.compose.overlay.as_ref().filter(|_| release.overlay_differs) {
        let reason = format!("as it was then; what is there now is kept as {overlay}.replaced");
        steps.push(Step::new(Action::Restore, format!("overlay {overlay}"), reason));
    }
    let (_, running) = in_force(world, config).await?;
    for image in &release.images {
        if running.services.contains_key(&image.service) {
            let reason = "with the image and configuration of that release, where they differ";
            steps.push(Step::new(Action::Recreate, &image.service, reason));
        }
    }
    Ok((release.clone(), Plan { steps }))
}

fn no_release(releases: &[Release], asked: Option<&str>) -> Error {
    let known = releases.iter().map(|it| short(&it.commit));
    let known = Known::new(asked.unwrap_or_default(), known);
    match asked {
        Some(asked) if !releases.is_empty() => Error::NoRelease { asked: asked.to_owned(), known },
        _ => Error::NoEarlierRelease(known),
    }
}

/// Goes back to `release`, under the host's lock, and waits until everything is healthy.
pub async fn rollback(
    world: &World,
    config: &Config,
    release: &Release,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    take_lock(world, config, holder, approval, progress).await?;
    let report = go_back(world, config, release, approval, progress).await?;
    if report.verdict() == Verdict::Pass {
        keep(world, config, approval, progress).await?;
    }
    let_go(world, config, approval, progress).await?;
    Ok(report)
}

/// Goes back to what ran before a deploy that failed, and says both.
pub(super) async fn take_back(
    world: &World,
    situation: &Situation,
    failed: Report,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    let config = &situation.config;
    let mut report: Report = failed.problems().collect();
    let Some(release) = release_before(world, situation).await? else {
        let detail = "there is no release from before to go back to; it is left as it is";
        report.add(Finding::fail("rollback", detail));
        return Ok(report);
    };
    let to = short(&release.commit).to_owned();
    progress.line(&format!("going back to {to}"));
    let back = go_back(world, config, &release, approval, progress).await?;
    report.add(match back.verdict() {
        Verdict::Pass => Finding::fail("deploy", format!("it was taken back; {to} runs, healthy")),
        Verdict::Fail => Finding::fail("rollback", format!("{to} is back and not healthy either")),
        Verdict::Unknown => Finding::unseen("rollback", format!("it is not known how {to} stands")),
    });
    let overlay = |it: &Finding| it.subject.starts_with("overlay ");
    report
        .extend(back.findings.into_iter().filter(|it| it.verdict != Verdict::Pass || overlay(it)));
    Ok(report)
}

/// The release that was deployed before, if it is another commit than the one that failed, or ran
/// with another overlay.
async fn release_before(world: &World, situation: &Situation) -> Result<Option<Release>, Error> {
    let Ok(Checkout::Repository(seen)) = &situation.checkout else { return Ok(None) };
    let Some(deployed) = &seen.deployed else { return Ok(None) };
    let differs = situation.is_another_commit();
    if !differs && situation.config.compose.overlay.is_none() {
        return Ok(None);
    }
    let before = kept(world, &situation.config).await?.into_iter();
    Ok(before.filter(|it| differs || it.overlay_differs).find(|it| it.commit == *deployed))
}

async fn kept(world: &World, config: &Config) -> Result<Vec<Release>, Error> {
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    let overlay = config.compose.overlay.clone();
    let overlay = overlay.map(|it| (config.host.checkout.clone(), it));
    world.ask(&Releases { host, project, overlay }).await.map_err(Error::Releases)
}

async fn go_back(
    world: &World,
    config: &Config,
    release: &Release,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    withdraw(world, config, release, approval, progress).await?;
    let restore = Restore {
        host: config.host.alias.clone(),
        project: config.compose.project.clone(),
        checkout: config.host.checkout.clone(),
        commit: release.commit.clone(),
        overlay: config.compose.overlay.clone(),
        whole: true,
        images: release.images.clone(),
    };
    let restored = world.apply(&restore, approval, progress).await.map_err(Error::Restore)?;
    let (files, _) = in_force(world, config).await?;
    let asked = LookModel { files: files.clone(), tree: Tree::Checkout, hashes: true };
    let plan = steps_to(world, config, &resolve(world, asked).await?).await?;
    let (files, scope, plan) = (&files, &Scope::Whole, &plan);
    let up = BringUp { world, config, files, scope, model: None, plan, approval, progress };
    let mut report = up.at_once().await?;
    if let Some(overlay) = config.compose.overlay.as_ref().filter(|_| restored.overlay) {
        let (subject, to) = (format!("overlay {overlay}"), short(&release.commit));
        let detail = format!("as it was with {to}; the other is beside it as {overlay}.replaced");
        report.add(Finding::pass(subject, detail));
    }
    Ok(report)
}

/// Services that the failed commit brought, by its own files, while they are still checked out.
async fn withdraw(
    world: &World,
    config: &Config,
    release: &Release,
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    let (files, now) = in_force(world, config).await?;
    let research = files.files.len() > config.compose.files.len();
    let layers = if research { Layers::Research } else { Layers::Main };
    let tree = Tree::Commit(release.commit.clone());
    let then = model(world, config, layers, tree).await.map_err(Error::Model)?;
    let ModelAnswer::Resolved(then) = then else { return Ok(()) };
    let asked = Containers { host: files.host.clone() };
    let containers = world.ask(&asked).await.map_err(Error::Engine)?;
    let project = config.compose.project.as_str();
    let brought = now.services.keys().filter(|it| !then.services.contains_key(*it));
    let services: Vec<String> = brought
        .filter(|name| containers.iter().any(|it| it.is_of(project, name)))
        .cloned()
        .collect();
    if services.is_empty() {
        return Ok(());
    }
    let withdraw = Withdraw { files, services };
    world.apply(&withdraw, approval, progress).await.map_err(Error::Withdraw)
}

/// What it takes to get from what runs to the files that are checked out, without a new build.
async fn steps_to(world: &World, config: &Config, model: &Model) -> Result<Plan, Error> {
    let host = &config.host.alias;
    let (containers, images) = (Containers { host: host.clone() }, Images { host: host.clone() });
    let (containers, images) =
        tokio::try_join!(world.ask(&containers), world.ask(&images)).map_err(Error::Engine)?;
    let steps = service_steps(&Seen {
        project: config.compose.project.as_str(),
        model,
        before: None,
        containers: &containers,
        images: &images,
        running: &BTreeMap::new(),
        base: Base::Deploy(&History { deployed: Some(Since::default()), ..History::default() }),
        inputs: &BTreeMap::new(),
    });
    Ok(Plan { steps })
}
