//! Day 3, step 2: the grammar service on the host, asked there.

use hemma_core::{Finding, Report, Verdict, causes};
use hemma_docker::{get, local_port};
use hemma_embed::language_tool;

use crate::ids;
use crate::research::LanguageTool;
use crate::{Answer, Failure, Run, Section};

/// Check on the host that the language tool runs, is open to the host alone, and is not a stub
///
/// Reads only. A service that says it is healthy while a stub stands in for the real checker is not.
/// Runbook: day 3, step 2.
///
/// Only for an application whose hemma.toml has a [[forward]] `language-tool`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day3_2_language_tool_health";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, config) = (run.world(), run.config());
        let LanguageTool { service, port, health, .. } = LanguageTool::of(config)?;
        let (host, of) = (&config.host.alias, (&config.compose.project, service.as_str()));
        let mut report: Report =
            [local_port::verify(world, host, of, port).await].into_iter().collect();
        if report.verdict() == Verdict::Pass {
            let subject = format!("health on 127.0.0.1:{port}");
            report.add(match get::get(world, host, port, &health).await {
                Ok(it) => language_tool::judge_answer(subject, it.status, &it.body),
                Err(error @ get::Error::Ask { .. }) => {
                    Finding::unknown(ids::GRAMMAR_HEALTH_UNSEEN, subject, &error)
                }
                Err(error) => Finding::fail(ids::GRAMMAR_HEALTH_NO_ANSWER, subject, causes(&error)),
            });
        }
        Ok(Answer::Report(report))
    }
}
