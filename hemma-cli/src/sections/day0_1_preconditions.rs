//! Preconditions: what must hold before the first step.

use hemma_deploy::preconditions;

use crate::{Answer, Failure, Run, Section};

/// Check that the host can be reached and has what the runbook relies on
///
/// Reads only: ssh as a user other than root, sudo, Docker and Compose, the shared reverse proxy,
/// the external network. Runbook: preconditions.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day0_1_preconditions";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        Ok(Answer::Report(preconditions::verify(run.world(), run.config()).await))
    }
}
