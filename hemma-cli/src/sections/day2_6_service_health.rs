//! Day 2, step 6: every service is as expected, by its own health check.

use hemma_deploy::rollout;

use crate::{Answer, Failure, Run, Section};

/// Check that every service runs and is healthy
///
/// Reads only. A service with a health check must be healthy, one without must run and not restart,
/// a one-shot must have ended well. Runbook: day 2, step 6.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day2_6_service_health";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        Ok(Answer::Report(rollout::health(run.world(), run.config()).await))
    }
}
