//! What was done on the host, by whom.

use hemma_core::Verdict;
use hemma_docker::lock::{History, Outcome, PastRun, PastStep};

use crate::{Answer, Failure, Run};

/// Show what was done on the host, when, and by whom
///
/// Each command with its changes and how long they took, the newest last.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many lines of the journal, counted from the newest
    #[arg(long, default_value_t = 100)]
    lines: u32,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (host, project) = (run.config().host.alias.clone(), &run.config().compose.project);
        let asked = History { host, project: project.clone(), lines: self.lines };
        let entries = run.world().ask(&asked).await?;
        if entries.is_empty() {
            run.terminal().note("nothing was done there yet");
        }
        Ok(Answer::Text(PastRun::fold(&entries).iter().map(shown).collect(), Verdict::Pass))
    }
}

/// The command, and what it changed.
fn shown(run: &PastRun) -> String {
    let PastRun { at, who, from, doing, steps, ended } = run;
    let head = format!("{}  {who}@{from}  {doing}\n", at.strftime("%F %T"));
    let steps: String = steps.iter().map(line).collect();
    let cut = "  at work still, or cut: `cargo xtask lock show` says which\n";
    [head.as_str(), steps.as_str(), if *ended { "" } else { cut }].concat()
}

fn line(PastStep { what, outcome, .. }: &PastStep) -> String {
    match outcome {
        Outcome::Done(Some(took)) => format!("  done    {what} ({:.1} s)\n", took.as_secs_f64()),
        Outcome::Done(None) => format!("  done    {what}\n"),
        Outcome::Failed(why) => format!("  FAILED  {what}: {why}\n"),
        Outcome::Open => format!("  begun   {what}; its end was not written down\n"),
    }
}
