//! Day 3, step 1: the grammar service, on a port that only the host itself reaches.

use hemma_core::Verdict;
use hemma_deploy::rollout::Scope;
use hemma_docker::local_port;

use crate::research::LanguageTool;
use crate::verbs::deploy;
use crate::{Answer, Failure, Run, Section};

/// Bring the language tool up with the research files, for the host itself only
///
/// Changes the host, as a deploy does: one that runs without its port on 127.0.0.1 is replaced. No
/// commit is pulled, and no other service touched. Runbook: day 3, step 1.
///
/// Only for an application whose hemma.toml has a [[forward]] `language-tool`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day3_1_language_tool_deploy";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let LanguageTool { service, port, .. } = LanguageTool::of(run.config())?;
        let scope = Scope::Research(vec![service.clone()]);
        let answer = Box::pin(deploy::carry(run, &scope, "language-tool-deploy")).await?;
        Ok(match answer {
            // The gate checks the health, and this checks who can reach it.
            Answer::Report(report) if report.verdict() == Verdict::Pass => {
                let (host, project) = (&run.config().host.alias, &run.config().compose.project);
                let of = (project, service.as_str());
                let finding = local_port::verify(run.world(), host, of, port).await;
                Answer::Report([finding].into_iter().collect())
            }
            answer => answer,
        })
    }
}
