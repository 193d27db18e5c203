//! What was done on the host, by whom.

use std::fmt::Write;

use hemma_core::{JournalEvent, Verdict};
use hemma_docker::lock::{Entry, History};

use crate::{Answer, Failure, Run};

/// Show what was done on the host, when, and by whom
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many lines, counted from the newest
    #[arg(long, default_value_t = 50)]
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
        Ok(Answer::Text(entries.iter().map(line).collect(), Verdict::Pass))
    }
}

fn line(entry: &Entry) -> String {
    let Entry { at, who, from, what, event, .. } = entry;
    let mut line = format!("{}  {who}@{from}  ", at.strftime("%F %T"));
    let end = match event {
        JournalEvent::Begun => format!("begun   {what}"),
        JournalEvent::Done => format!("done    {what}"),
        JournalEvent::Failed(why) => format!("FAILED  {what}: {why}"),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(line, "{end}");
    line
}
