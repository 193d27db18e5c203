//! Everything that must hold before a change is merged.

mod checks;
mod failures;
mod packages;

use std::time::{Duration, Instant};

use hemma_cli::{Answer, Failure, Run, Verb};
use hemma_core::{Command, Finding, Live, Place, Progress, Report, SshOptions};
use hemma_lab::Lab;

use super::workspace;
use crate::ids;
use checks::{Check, Counts, PRACTICE, Rows, Which, checks};
use failures::failures;

/// Check everything: format, lints, docs, tests, examples, licences
///
/// Runs all of it even when something fails, and ends with what failed and why, and the number of
/// tests.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the checks whose heading contains this word
    #[arg(value_name = "WORD")]
    only: Option<String>,

    /// Run the practice host's tests that are not needed for each change as well
    #[arg(long)]
    thorough: bool,
}

/// The time limit of one check: on a bare machine the practice host has to be built, and each of
/// its promises is tested.
const LIMIT: Duration = Duration::from_secs(60 * 60);

impl Verb for Args {
    const NAME: &'static str = "ci";
    const HIDDEN: bool = true;
    const NEEDS_CONFIG: bool = false;

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let root = workspace::root(run.here())?;
        let live = Live::new(SshOptions::default());
        let one_by_one = async |checks: Vec<Check>| {
            let mut done = Vec::new();
            for check in checks {
                run.terminal().note(&format!("\n== {}", check.heading));
                let (finding, counts) = perform(run, &live, root, &check).await;
                run.terminal().note(&format!("== {}: {}", check.heading, finding.detail));
                done.push((finding, counts));
            }
            done
        };
        let Rows { mut tests, mut beside } =
            checks(root, Which { one: self.only.is_some(), thorough: self.thorough })?;
        let wanted = |it: &Check| self.only.as_ref().is_none_or(|word| it.heading.contains(word));
        tests.retain(wanted);
        beside.retain(wanted);
        let practices = tests.len() > 1 && tests.iter().any(|it| it.heading == PRACTICE);
        let ((), first, second) =
            tokio::join!(come_up(practices), one_by_one(tests), one_by_one(beside));
        let done: Vec<_> = first.into_iter().chain(second).collect();
        let sum = |count: fn(&Counts) -> u64| done.iter().map(|it| count(&it.1)).sum::<u64>();
        let (passed, failed) = (sum(|it| it.passed), sum(|it| it.failed));
        let report: Report = done.into_iter().map(|it| it.0).collect();
        run.terminal().note("");
        run.terminal().report(&report);
        Ok(Answer::Text(format!("{passed} passed, {failed} failed\n"), report.verdict()))
    }
}

/// Brings the practice hosts up while others compile: they mostly wait for packages, and no test is
/// measured yet. Errors are not reported here, because the tests bring up what is missing
/// themselves.
async fn come_up(wanted: bool) {
    let say = Progress::silent();
    if wanted && let Ok(lab) = Lab::up(&say).await {
        let _ = lab.second(&say).await;
    }
}

async fn perform(
    run: &Run<'_>,
    live: &Live,
    root: &std::path::Path,
    check: &Check,
) -> (Finding, Counts) {
    let started = Instant::now();
    let mut seen = Counts::default();
    if let Err(error) = (check.before)(root) {
        seen.failed = 1;
        return (Finding::of_error(ids::CI_COULD_NOT_RUN, check.heading.clone(), &error), seen);
    }
    let mut remarks = String::new();
    for command in &check.commands {
        let command = command.clone().cwd(root.display().to_string()).limit(LIMIT);
        let ended = told(run, live, &command).await;
        let output = match ended {
            Ok(output) => output,
            Err(error) => {
                seen.failed += 1;
                return (
                    Finding::unknown(ids::CI_COULD_NOT_RUN, check.heading.clone(), &error),
                    seen,
                );
            }
        };
        seen.add(&output.stdout);
        let unchecked = output.stdout.lines().filter(|it| it.starts_with("NOT CHECKED: "));
        remarks.extend(unchecked.map(|it| format!(", {it}")));
        if !output.success() {
            // A failure without the name of a test, such as a build, counts as one.
            seen.failed = seen.failed.max(1);
            let detail = format!("`{command}` failed after {}", seconds(started));
            let failures = failures(&output.stdout);
            return (
                Finding::fail(ids::CI_FAILED, check.heading.clone(), detail).evidence(failures),
                seen,
            );
        }
    }
    (Finding::pass(ids::CI_PASSED, check.heading.clone(), seconds(started) + &remarks), seen)
}

async fn told(
    run: &Run<'_>,
    live: &Live,
    command: &Command,
) -> Result<hemma_core::Output, hemma_core::ExecError> {
    let terminal = run.terminal().clone();
    let progress = Progress::new(move |line| terminal.note(line));
    live.run_telling(&Place::Here, command, &progress).await
}

fn seconds(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f64())
}
