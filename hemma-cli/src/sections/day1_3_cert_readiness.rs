//! Day 1, step 3: proxy and companion learn every public name.

use crate::{Answer, Failure, Run, Section, edge};

/// Check that the proxy gets to know every public name and its port
///
/// Reads only. `VIRTUAL_HOST`, `VIRTUAL_PORT` and `LETSENCRYPT_HOST` in the compose files and in what
/// runs, and the names in hemma.toml, must agree; the container must be on the proxy's network and listen on that port.
/// Runbook: day 1, step 3.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day1_3_cert_readiness";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let config = run.config();
        let Some(network) = &config.compose.network else {
            return Ok(Answer::not_applicable(edge::NO_PROXY));
        };
        if config.public.is_empty() {
            return Ok(Answer::not_applicable(edge::NO_NAMES));
        }
        Ok(Answer::Report(edge::readiness(run.world(), config, network).await))
    }
}
