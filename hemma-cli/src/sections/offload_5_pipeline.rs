//! Optional, step 5: a research program, with the services that it needs in reach.

use hemma_core::{Job, Report, Verdict};
use hemma_embed::readiness;

use crate::pipeline::Pipeline;
use crate::verbs::tunnel;
use crate::{Answer, Failure, Proposal, Proposed, Run, Section, operator};

/// Run a research program with the tunnels up and the services ready
///
/// `{embeddings}` and `{language-tool}` in its arguments become the URLs of the services; they are
/// also in its environment, as `HEMMA_EMBEDDINGS_URL` and `HEMMA_LANGUAGE_TOOL_URL`. It gets the signals
/// that this command gets, its exit code is this command's, and it goes on when the terminal
/// closes. Runbook: optional, step 5.
///
/// Only for an application whose hemma.toml has [offload].
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    program: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("standard output belongs to the program, so it takes no JSON document")]
struct NotBoth;

impl Section for Args {
    const SLUG: &'static str = "offload_5_pipeline";
    const ENDS_ITSELF: bool = true;

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if run.flags.json {
            return Err(Failure::usage(NotBoth));
        }
        let pipeline = Pipeline::new(self.program, run.config())?;
        let tunnels = match tunnel::start_all(run).await? {
            Answer::Report(report) => report,
            answer => return Ok(answer),
        };
        if let Some(stops) = stops(run, &pipeline, &tunnels).await {
            return Ok(Answer::Report(stops));
        }
        if run.flags.plan {
            let step = Proposed::change("run", pipeline.typed(), "the services are ready");
            let proposal = Proposal::default().step(step);
            return run.mend(Report::default(), proposal, async |_| Ok(Report::default())).await;
        }
        let log = run.state().map(|it| operator::job_log(run.world(), &it)).unwrap_or_default();
        run.terminal().note(&format!("the services are ready; running {}", pipeline.typed()));
        if run.terminal().may_close() {
            run.terminal().note(&format!(
                "it continues if this terminal closes; its output is in {}",
                log.display()
            ));
        }
        let job = Job { run: pipeline.command(), log, told: run.terminal().shown() };
        Ok(Answer::Ended(run.world().ask_again(&job).await?))
    }
}

/// The report that keeps the program from being started, if there is one.
async fn stops(run: &Run<'_>, pipeline: &Pipeline, tunnels: &Report) -> Option<Report> {
    let (mut needed, mut others) = (Report::default(), Vec::new());
    for finding in &tunnels.findings {
        match finding.subject.strip_prefix("forward ") {
            Some(name) if !pipeline.needs(name) => others.push(finding),
            _ => needed.add(finding.clone()),
        }
    }
    for missing in others.into_iter().filter(|it| it.verdict != Verdict::Pass) {
        run.terminal().note(&format!(
            "not available, and not needed: {}, {}",
            missing.subject, missing.detail
        ));
    }
    if needed.verdict() == Verdict::Pass {
        run.terminal().busy("asking the embedding server");
        needed.extend(readiness::verify(run.world(), pipeline.embeddings()?).await.findings);
        run.terminal().idle();
    }
    (needed.verdict() != Verdict::Pass).then_some(needed)
}
