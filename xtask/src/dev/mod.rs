//! Tasks for developers of hemma, apart from the runbook.

mod bench;
pub(crate) mod ci;
mod readme;
mod record;
mod rewrite;
mod scenes;
mod stale;
mod tables;
mod weight;
mod workspace;

use hemma_cli::{Answer, Failure, Run, Verb};

/// Work on hemma itself: checks, recordings, tables
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    Ci(ci::Args),
    Bench(bench::Args),
    Record(record::Args),
    Rewrite(rewrite::Args),
    Stale(stale::Args),
    Tables(tables::Args),
}

impl Verb for Args {
    const NAME: &'static str = "dev";
    const HEADING: &'static str = "For hemma's developers";
    const NEEDS_CONFIG: bool = false;

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        match self.task {
            Task::Ci(args) => args.run(run).await,
            Task::Bench(args) => args.run(run).await,
            Task::Record(args) => args.run(run).await,
            Task::Rewrite(args) => args.run(run),
            Task::Stale(args) => args.run(run),
            Task::Tables(args) => args.run(run).await,
        }
    }
}
