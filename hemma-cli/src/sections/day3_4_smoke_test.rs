//! Day 3, step 4: one real request through the tunnel.

use hemma_core::{Report, Verdict};
use hemma_embed::language_tool;

use crate::research::LanguageTool;
use crate::{Answer, Failure, Run, Section};

/// Send one sentence through the tunnel, and see whether its mistakes are found
///
/// Reads only. Runbook: day 3, step 4.
///
/// Only for an application whose hemma.toml has a [[forward]] `language-tool`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day3_4_smoke_test";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let LanguageTool { url, .. } = LanguageTool::of(run.config())?;
        run.terminal().busy("asking the language tool");
        let mut report: Report =
            [language_tool::verify(run.world(), &url).await].into_iter().collect();
        if report.verdict() == Verdict::Pass {
            report.add(language_tool::smoke(run.world(), &url).await);
        }
        Ok(Answer::Report(report))
    }
}
