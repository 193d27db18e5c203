//! Day 1, step 2: the shared proxy stack runs, has the web's two ports and knows the public names.

use hemma_ingress::proxy;

use crate::{Answer, Failure, Run, Section, edge};

/// Check that the shared reverse proxy runs and has ports 80 and 443
///
/// Reads only. Proxy, ACME companion and shared database are found by image, then name, then label;
/// says what listens on the two ports, which of them is on the external network, and which public
/// names the proxy's own configuration has. Runbook: day 1, step 2.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day1_2_proxy_health";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if run.config().compose.network.is_none() {
            return Ok(Answer::not_applicable(edge::NO_PROXY));
        }
        Ok(Answer::Report(proxy::health(run.world(), &run.config().into()).await))
    }
}
