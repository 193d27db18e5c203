//! Taking back a failed deploy.

use hemma_core::{Finding, OperatorError, Report, Verdict};
use hemma_git::checkout::short;

use crate::Operation;
use crate::ids;

use super::before::Before;
use super::failed::gone;
use super::go_back::go_back;
use super::locked::Ended;
use super::record::keep;
use super::releases::deployed;
use super::{Error, Situation};
use crate::lock::RunOutcome;
use crate::plan::Plan;
use crate::release::Release;

/// Goes back to what ran before a failed deploy, and reports both.
///
/// If that was a release that had passed its gate, only what the run has touched is replaced: an
/// untouched service keeps its container. If not, everything goes back to the last release that
/// had.
pub(super) async fn take_back(
    operation: Operation<'_>,
    situation: &Situation,
    plan: &Plan,
    failed: Report,
) -> Result<Ended, Error> {
    let Operation { world, config, .. } = operation;
    let release = match &situation.checkout {
        Ok(seen) => deployed(world, config, seen).await.map_err(Error::Releases)?,
        Err(_) => None,
    };
    let Some(release) = release else {
        return Ok(Ok(left(failed, "there is no release from before to go back to")).into());
    };
    if !situation.differs_from(&release) && plan.agenda().builds.is_empty() {
        return Ok(Ok(left(failed, "it is the release that was deployed before")).into());
    }
    let before = situation.was_proven().then(|| Before::of(situation));
    let target = (&release, before.as_ref());
    let ended = return_to(operation, target, ("deploy", failed)).await?;
    if before.is_none() && ended.outcome == Some(RunOutcome::TakenBack) {
        // The run before this one left something unproven, which is restored now.
        keep(operation, None).await?;
    }
    Ok(ended)
}

/// Goes back to `release`, and reports the result together with what `failed` and in which command.
/// With `before`, only what the run has touched is replaced.
pub(super) async fn return_to(
    operation: Operation<'_>,
    (release, before): (&Release, Option<&Before>),
    (verb, failed): (&str, Report),
) -> Result<Ended, Error> {
    let mut report = gone(failed);
    let to = short(&release.commit).to_owned();
    operation.progress.line(&format!("going back to {to}"));
    let back = match Box::pin(go_back(operation, release, before)).await {
        Ok(back) => back,
        // The reason for going back is worth more than a problem with it.
        Err(error) if error.is_known() => {
            report.add(Finding::of_error(ids::ROLLOUT_TAKE_BACK_FAILED, "rollback", &error));
            return Ok(Ok(report).into());
        }
        Err(error) => return Err(error),
    };
    let verdict = back.verdict();
    report.add(match verdict {
        Verdict::Pass => Finding::fail(
            ids::ROLLOUT_TAKEN_BACK,
            verb,
            format!("it was taken back; {to} runs, healthy"),
        ),
        Verdict::Fail => Finding::fail(
            ids::ROLLOUT_TAKEN_BACK_UNHEALTHY,
            verb,
            format!("{to} is back, but not healthy either"),
        ),
        Verdict::Unknown => Finding::unseen(
            ids::ROLLOUT_TAKEN_BACK_UNSEEN,
            verb,
            format!("the state of {to} is not known"),
        ),
    });
    report.extend(back.problems_and_files());
    Ok(if verdict == Verdict::Pass { Ended::taken_back(Ok(report)) } else { Ok(report).into() })
}

/// The report of a failure where there is nothing to go back to.
fn left(failed: Report, why: &str) -> Report {
    let mut report: Report = failed.problems().collect();
    report.add(Finding::fail(
        ids::ROLLOUT_NO_WAY_BACK,
        "rollback",
        format!("{why}; it is left as it is"),
    ));
    report
}

impl Situation {
    /// Whether the target differs from a release.
    fn differs_from(&self, release: &Release) -> bool {
        self.is_another_commit() || !release.has_its_files()
    }
}
