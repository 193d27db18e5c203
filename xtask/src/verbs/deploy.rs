//! The whole way: look at everything, judge, plan, ask, apply, and wait until it is healthy.

use hemma_core::{Config, Verdict};
use hemma_docker::rollout::{self, Scope};

use crate::{Answer, Failure, Proposal, Run};

/// Take the application live: look, plan, ask, apply, wait until healthy
///
/// Safe to repeat: a second run says that there is nothing to do.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        carry(run, &Scope::Whole, "deploy").await
    }
}

/// The same way for whatever part of the application `scope` is.
pub(crate) async fn carry(run: &Run<'_>, scope: &Scope, doing: &str) -> Result<Answer, Failure> {
    carry_with(run, run.config(), scope, doing).await
}

/// The same with other settings, such as a profile.
pub(crate) async fn carry_with(
    run: &Run<'_>,
    config: &Config,
    scope: &Scope,
    doing: &str,
) -> Result<Answer, Failure> {
    let world = run.world();
    run.terminal().busy(&format!("looking at {}", config.host.alias));
    let situation = Box::pin(rollout::look_at(world, config, scope)).await;
    for remark in situation.remarks() {
        run.terminal().note(&remark);
    }
    let blockers = situation.blockers();
    if !blockers.findings.is_empty() {
        return Ok(Answer::Report(blockers));
    }
    let plan = situation.plan();
    if plan.is_empty() {
        run.terminal().note("nothing to do");
        let health = rollout::health_of(world, config, scope).await;
        if health.verdict() != Verdict::Unknown {
            return Ok(Answer::Report(health));
        }
        // The engine itself may have started them a moment ago, after a restart.
        let progress = run.progress();
        return Ok(Answer::Report(rollout::gate_of(world, config, scope, &progress).await?));
    }
    run.mend(blockers, Proposal::from(&plan), async |approval| {
        let (holder, progress) = (run.holder(doing), run.progress());
        let deploy = rollout::deploy(world, &situation, &plan, &holder, approval, &progress);
        Ok(Box::pin(deploy).await?)
    })
    .await
}
