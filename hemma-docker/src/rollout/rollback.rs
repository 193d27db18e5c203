//! The way back to a kept release: by hand, or when what was deployed does not become healthy.

use hemma_core::{
    Approval, Command, Config, Exec, Finding, Known, Progress, Report, Verdict, World, causes,
};

use super::apply::{in_force_if_readable, keep, resolve};
use super::go_back::{There, go_back};
use super::locked::locked;
use super::put_back::gone;
use super::{Error, Situation};
use crate::checkout::{self, Checkout, short};
use crate::compose::{LookModel, Tree};
use crate::lock::Holder;
use crate::plan::{self, Action, Plan, Step};
use crate::release::{Release, Releases};

/// Which release [`rollback`] would go back to, and what that would take.
///
/// `to` is the beginning of a commit; without it, it is the release before the one that is deployed.
/// What was cut on its way is not deployed yet: after a deploy, the way back is the one that ran
/// before it, and a rollback is gone on with.
pub async fn plan_rollback(
    world: &World,
    config: &Config,
    to: Option<&str>,
) -> Result<(Release, Plan), Error> {
    let releases = kept(world, config).await?;
    let chosen = match to {
        Some(commit) => releases.iter().find(|it| it.commit.starts_with(commit)),
        None => usual(world, config, &releases).await?,
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
    let (files, now) = in_force_if_readable(world, config).await?;
    let asked = |tree| LookModel { files: files.clone(), tree, hashes: true };
    let with_hashes = async {
        match now {
            Some(_) => resolve(world, asked(Tree::Checkout)).await.map(Some),
            None => Ok(None),
        }
    };
    let (now, then, there) = tokio::try_join!(
        with_hashes,
        resolve(world, asked(Tree::Commit(release.commit.clone()))),
        There::look(world, config),
    )?;
    let brought = now.iter().flat_map(|now| there.brought(now, &then));
    steps.extend(brought.map(|it| Step::new(Action::Remove, it, "that release does not have it")));
    steps.extend(there.steps_to(release, &then, now.as_ref()));
    Ok((release.clone(), Plan { steps }))
}

/// The release that one goes back to without naming one.
async fn usual<'r>(
    world: &World,
    config: &Config,
    releases: &'r [Release],
) -> Result<Option<&'r Release>, Error> {
    let of = |commit: &str| releases.iter().find(|it| it.commit == commit);
    let seen = checkout::look(world, config, false).await.map_err(Error::LookCheckout)?;
    let Checkout::Repository(seen) = seen else { return Ok(releases.first()) };
    let head = seen.head.as_str();
    let deployed = seen.deployed.as_deref().filter(|it| *it != head && of(it).is_some());
    let Some(deployed) = deployed else {
        return Ok(releases.iter().find(|it| it.commit != head));
    };
    let older = ["merge-base", "--is-ancestor", head, deployed];
    let older = Command::new("git").args(older).cwd(config.host.checkout.as_str());
    let older = world.ask(&Exec::on(&config.host.alias, older)).await.map_err(Error::Ancestry)?;
    Ok(of(head).filter(|_| older.success()).or_else(|| of(deployed)))
}

fn no_release(releases: &[Release], asked: Option<&str>) -> Error {
    let known = releases.iter().map(|it| short(&it.commit));
    let known = Known::new(asked.unwrap_or_default(), known);
    match asked {
        Some(asked) if !releases.is_empty() => Error::NoRelease { asked: asked.to_owned(), known },
        _ => Error::NoEarlierRelease(known),
    }
}

/// Goes back to `release`, under the host's lock and only if `plan` is still what that takes, and
/// waits until everything is healthy.
pub async fn rollback(
    world: &World,
    config: &Config,
    (release, plan): (&Release, &Plan),
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
) -> Result<Report, Error> {
    locked(world, config, holder, approval, progress, async || {
        let (_, now) = plan_rollback(world, config, Some(&release.commit)).await?;
        let moved = plan::moved(plan, &now);
        if !moved.is_empty() {
            return Err(Error::Moved(moved));
        }
        let report = go_back(world, config, release, approval, progress).await?;
        if report.verdict() == Verdict::Pass {
            keep(world, config, approval, progress).await?;
        }
        Ok(report)
    })
    .await
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
    let Some(release) = release_before(world, situation).await? else {
        let mut report: Report = failed.problems().collect();
        let detail = "there is no release from before to go back to; it is left as it is";
        report.add(Finding::fail("rollback", detail));
        return Ok(report);
    };
    let mut report = gone(failed);
    let to = short(&release.commit).to_owned();
    progress.line(&format!("going back to {to}"));
    let back = match go_back(world, config, &release, approval, progress).await {
        Ok(back) => back,
        // Why there is a way back at all is worth more than what is wrong with it.
        Err(error) if error.is_known() => {
            let finding = Finding::fail("rollback", causes(&error)).hint(error.hint());
            report.add(finding.evidence(error.evidence()));
            return Ok(report);
        }
        Err(error) => return Err(error),
    };
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
