//! Day 2, step 0: where the repository lies on the host.

use hemma_git::checkout;

use crate::{Answer, Failure, Run, Section};

/// Check that the checkout is where it should be, and in a state that can be deployed
///
/// Reads only. Runbook: day 2, step 0.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day2_0_checkout_location";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        Ok(Answer::Report(checkout::verify(run.world(), &run.config().into()).await))
    }
}
