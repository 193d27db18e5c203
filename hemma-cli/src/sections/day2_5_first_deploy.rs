//! Day 2, step 5: build, start, and wait until it is healthy.

use crate::verbs::deploy;
use crate::{Answer, Failure, Run, Section};

/// Bring the application up as the checkout on the host says
///
/// Changes the host. The same as `cargo xtask deploy`: looks at everything, shows what would be
/// done, asks, does it, and waits until every service is healthy. Runbook: day 2, step 5.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day2_5_first_deploy";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        Box::pin(deploy::Args::default().run(run)).await
    }
}
