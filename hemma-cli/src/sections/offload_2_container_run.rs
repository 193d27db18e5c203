//! Optional, step 2: the container of the embedding server, for the host itself only.

use hemma_core::{Report, Verdict};

use crate::offload;

use crate::research::Offload;
use crate::verbs::deploy::{self, Carried};
use crate::{Answer, Failure, Run, Section};

/// Run the embedding server by Compose, for the host itself only
///
/// Changes the host, as a deploy does: builds what is missing, and brings the server up with what it
/// needs. Then checks that its cache outlives the container. Runbook: optional, step 2.
///
/// Only for an application whose hemma.toml has [offload].
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "offload_2_container_run";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let server = Offload::of(run.config())?;
        let Offload { config, made_of, service, port, .. } = &server;
        let verify = async || -> Report {
            let of = (service.as_str(), *port);
            let seen = offload::verify(run.world(), config, made_of, of).await;
            seen.findings.into_iter().collect()
        };
        let scope = server.scope();
        let answer = deploy::carry_with(run, config, &scope, "container-run");
        let Carried { answer, is_contended } = Box::pin(answer).await?;
        match answer {
            // The gate checks the health, and this checks who can reach it and what it keeps.
            Answer::Report(report) if report.verdict() == Verdict::Pass => {
                Ok(Answer::Report(verify().await))
            }
            // A taken port or name may be a container that was started in another way.
            Answer::Report(mut report) if is_contended => {
                report.extend(verify().await.findings);
                Ok(Answer::Report(report))
            }
            answer => Ok(answer),
        }
    }
}
