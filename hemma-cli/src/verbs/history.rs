//! The history of a host: the runs, their operators, and their outcomes.

use hemma_deploy::lock::{History, LookLock, Outcome, PastOutcome, PastRun, PastStep, Standing};
use jiff::Zoned;

use crate::data::HistoryData;
use crate::render::{Page, plain, took};
use crate::{Answer, Failure, Run};

/// Show what was done on the host, when, by whom, and how it ended
///
/// Each command with its outcome, its changes, and how long they took, the newest last. The times are
/// those of this machine's clock.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many lines of the journal, counted from the newest
    #[arg(long, default_value_t = 100)]
    lines: u32,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (host, project) =
            (run.config().host.alias.clone(), run.config().compose.project.clone());
        let lock = LookLock { host: host.clone(), project: project.clone() };
        let asked = History { host, project, lines: self.lines };
        let (entries, lock) = tokio::join!(run.world().ask(&asked), run.world().ask(&lock));
        let entries = entries?;
        if entries.is_empty() {
            run.terminal().note("nothing was done there yet");
        }
        // Without the lock's holder, a run that has no end was cut.
        let holder = match lock {
            Ok(Standing::HeldBy(holder)) => holder,
            Ok(Standing::Free) | Err(_) => None,
        };
        let clock = |it: &PastRun| run.terminal().clock(it.at);
        let runs = PastRun::fold(&entries, holder.as_ref());
        let page = run.terminal().page();
        let text: String = runs.iter().map(|it| shown(page, it, &clock(it))).collect();
        Ok(Answer::data(run.terminal().speaker().text(&text), &HistoryData::new(&runs)))
    }
}

/// The command with its outcome and its changes.
fn shown(page: Page, run: &PastRun, at: &Zoned) -> String {
    let PastRun { who, from, doing, steps, outcome, .. } = run;
    let time = run.took().and_then(|it| took(it.unsigned_abs()));
    let time = time.map(|it| format!(" in {it}")).unwrap_or_default();
    let at = at.strftime("%F %T %:z");
    let head = plain(&format!("{at}  {outcome}{time}: {doing}, by {who} on {from}"));
    let steps = steps.iter().map(|it| line(page, it));
    let open = match outcome {
        PastOutcome::Cut => {
            Some("  its end was not recorded: it was killed, or its connection was lost")
        }
        PastOutcome::Running => Some("  running now: `cargo xtask lock show` says since when"),
        PastOutcome::Ended(_) => None,
    };
    let head = std::iter::once(page.wrapped(&head, 4));
    let lines = head.chain(steps).chain(open.map(|it| page.wrapped(it, 4)));
    lines.map(|it| it + "\n").collect()
}

fn line(page: Page, PastStep { what, outcome, .. }: &PastStep) -> String {
    let line = match outcome {
        Outcome::Done { took: Some(took) } => {
            format!("  done    {what} ({:.1} s)", took.as_secs_f64())
        }
        Outcome::Done { took: None } => format!("  done    {what}"),
        Outcome::Failed { why } => format!("  FAILED  {what}: {why}"),
        Outcome::Open => format!("  begun   {what}; its end was not recorded"),
    };
    page.wrapped(&plain(&line), 10)
}

#[cfg(test)]
mod tests {
    use hemma_deploy::lock::Entry;

    use super::*;

    #[test]
    fn a_command_is_told_with_its_outcome_and_the_time_of_this_clock() {
        let line = |second: u32, kind: &str, what: &str, event: &str| {
            let text = format!(
                r#"{{"at":"2026-02-03T13:00:{second:02}Z","who":"olof","from":"laptop","doing":"deploy",
                "kind":"{kind}","what":"{what}","event":{event}}}"#
            );
            serde_json::from_str::<Entry>(&text).expect("a line of the journal")
        };
        let entries = [
            line(0, "lock.acquire", "take the lock", r#""done""#),
            line(1, "compose.up", "bring up api", r#""begun""#),
            line(4, "compose.up", "bring up api", r#""done""#),
            line(5, "release.restore", "go back to 6ed13c6", r#""done""#),
            line(31, "lock.release", "let the lock go (taken back)", r#""begun""#),
        ];
        let runs = PastRun::fold(&entries, None);
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let text = shown(Page::default(), &runs[0], &runs[0].at.to_zoned(zone));
        let expected = "\
2026-02-03 14:00:00 +01:00  taken back in 31 s: deploy, by olof on laptop
  done    bring up api (3.0 s)
  done    go back to 6ed13c6
";
        assert_eq!(text, expected);
    }
}
