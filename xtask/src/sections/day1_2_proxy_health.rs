//! Day 1, step 2: the shared proxy stack runs and has the web's two ports.

use hemma_docker::proxy;

use crate::{Answer, Failure, Run, Section};

/// Check that the shared reverse proxy runs and has ports 80 and 443
///
/// Reads only. Runbook: day 1, step 2.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day1_2_proxy_health";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let config = run.config();
        let database = &config.database.container;
        let findings = proxy::verify(run.world(), &config.host.alias, database).await;
        Ok(Answer::Report(findings.into_iter().collect()))
    }
}
