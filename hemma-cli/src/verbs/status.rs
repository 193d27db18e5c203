//! Every look at what runs on the host at once.

use std::time::Duration;

use hemma_core::Report;
use hemma_deploy::rollout;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::render::changes;
use crate::{Answer, Failure, Run};

/// Look at the host: tools, proxy, network, checkout, services
///
/// The public names are looked at by `deploy`, also where it has nothing to do, and by the sections of
/// day 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Look again and again until Ctrl-C: one picture on a terminal, and in a pipe a line for each
    /// change
    #[arg(long, conflicts_with = "json")]
    watch: bool,
}

/// The pause between two looks: long enough to cost a host little, short enough not to keep a
/// person waiting.
const REST: Duration = Duration::from_secs(3);

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        run.terminal().busy(&format!("looking at {}", run.config().host.alias));
        let report = look(run).await;
        if !self.watch || run.terminal().deserted() {
            return Ok(Answer::Report(report));
        }
        run.terminal().idle();
        if run.terminal().redraws() { draw(run, report).await } else { tell(run, report).await }
    }
}

async fn look(run: &Run<'_>) -> Report {
    Box::pin(rollout::status(run.world(), run.config())).await
}

async fn look_again(run: &Run<'_>) -> Report {
    run.world().pause(REST).await;
    run.world().forget();
    look(run).await
}

/// Draws one picture, again with each look and when the terminal changes its size.
async fn draw(run: &Run<'_>, mut report: Report) -> Result<Answer, Failure> {
    let mut resized = signal(SignalKind::window_change()).map_err(Failure::unknown)?;
    let (mut since, mut looked) = (run.world().now(), run.world().now());
    run.terminal().clear();
    while !run.terminal().deserted() {
        let [at, from] = [looked, since].map(|it| run.terminal().clock(it));
        let head = format!(
            "{} at {}, as it is since {}",
            run.place(),
            at.strftime("%T %:z"),
            from.strftime("%T")
        );
        run.terminal().picture(&head, &report);
        let Some(next) = next(run, &mut resized).await else { continue };
        looked = run.world().now();
        let (others, gone) = changes(&report, &next);
        if !others.is_empty() || !gone.is_empty() {
            since = looked;
        }
        report = next;
    }
    Ok(Answer::Report(report))
}

/// The next look, unless the terminal changes its size before.
async fn next(run: &Run<'_>, resized: &mut Signal) -> Option<Report> {
    tokio::select! {
        report = look_again(run) => Some(report),
        _ = resized.recv() => None,
    }
}

/// Writes the whole report once, and then the differences, each line with the time.
async fn tell(run: &Run<'_>, mut report: Report) -> Result<Answer, Failure> {
    let clock = || run.terminal().clock(run.world().now()).strftime("%F %T %:z").to_string();
    run.terminal().changes(&clock(), &report.findings.iter().collect::<Vec<_>>(), &[]);
    while !run.terminal().deserted() {
        let next = look_again(run).await;
        let (others, gone) = changes(&report, &next);
        run.terminal().changes(&clock(), &others, &gone);
        report = next;
    }
    Ok(Answer::Report(report))
}
