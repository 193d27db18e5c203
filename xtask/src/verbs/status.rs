//! Every look at what runs on the host at once.

use std::time::Duration;

use hemma_core::Report;
use hemma_docker::rollout;

use crate::{Answer, Failure, Run};

/// Look at the host: tools, proxy, network, checkout, services
///
/// The public names are looked at by `deploy`, also where it has nothing to do, and by the sections of
/// day 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Look again and again, and show what changes, until Ctrl-C
    #[arg(long, conflicts_with = "json")]
    watch: bool,
}

/// Long enough for a host not to notice, short enough for a person not to wait.
const REST: Duration = Duration::from_secs(3);

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        run.terminal().busy(&format!("looking at {}", run.config().host.alias));
        let mut report = look(run).await;
        while self.watch && !run.terminal().deserted() {
            show(run, &report);
            report = next(run, report).await;
        }
        Ok(Answer::Report(report))
    }
}

async fn look(run: &Run<'_>) -> Report {
    Box::pin(rollout::status(run.world(), run.config())).await
}

/// The first report that differs from `before`, or `before` when nobody reads any more.
async fn next(run: &Run<'_>, before: Report) -> Report {
    loop {
        run.world().pause(REST).await;
        run.world().forget();
        let report = look(run).await;
        if report != before || run.terminal().deserted() {
            return report;
        }
    }
}

fn show(run: &Run<'_>, report: &Report) {
    let now = run.terminal().clock(run.world().now());
    run.terminal().note(&format!("\n{}", now.strftime("%H:%M:%S")));
    run.terminal().report(report);
    run.terminal().busy("watching");
}
