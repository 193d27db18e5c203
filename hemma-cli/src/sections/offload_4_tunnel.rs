//! Optional, step 4: the embedding server of the host, on a port of this machine.

use hemma_core::Verdict;
use hemma_embed::readiness;

use crate::verbs::{texts, tunnel};
use crate::{Answer, Failure, Run, Section};

/// Open the tunnel to the embedding server, and see whether it can serve
///
/// Changes this machine if it is not open. Then the server has to be healthy, to have its graphics
/// processor, and to give the features of an essay. Runbook: optional, step 4.
///
/// Only for an application whose hemma.toml has [offload].
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "offload_4_tunnel";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (name, url) = texts::offload_server(run.config())?;
        match tunnel::start_these(run, vec![name]).await? {
            Answer::Report(mut report) if report.verdict() == Verdict::Pass => {
                run.terminal().busy("asking the embedding server");
                report.extend(readiness::verify(run.world(), &url).await.findings);
                Ok(Answer::Report(report))
            }
            answer => Ok(answer),
        }
    }
}
