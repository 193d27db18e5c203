//! The last lines of a command that takes something live: what is live now, since when, and what to
//! type next.

use std::time::Duration;

use hemma_core::{Report, Step, Verdict};
use hemma_deploy::lock::{RunOutcome, outcome_in};
use jiff::Zoned;

use crate::render::took;

/// The aim of a command, and its progress.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    /// The host and the application: `far (shop)`.
    pub place: String,
    /// The commit that ran before, or `nothing yet`; `None` where it has no name.
    pub before: Option<String>,
    /// The commit that should run, with its title if that is known.
    pub target: String,
    /// The public URLs.
    pub urls: Vec<String>,
    /// The time of consent, in the time of the run.
    pub began: Duration,
    /// The progress.
    pub stand: Stand,
}

/// The state of what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// There was nothing to do; `true` if all is as it should be.
    Idle(bool),
    /// Work was begun, and no gate has decided yet.
    Begun,
    /// The gate passed.
    Live,
    /// What ran before runs again, and is healthy.
    TakenBack,
    /// The gate did not pass, and what ran before may not run again.
    Failed,
}

/// The changes that touch running containers.
const TOUCHING: [&str; 4] =
    ["compose.up", "docker.container-discard", "release.restore", "release.withdraw"];

impl Stand {
    /// The state of a run that ended with this report.
    pub(crate) fn of(report: &Report) -> Self {
        match report.verdict() {
            Verdict::Pass => Self::Live,
            Verdict::Fail => Self::Failed,
            Verdict::Unknown => Self::Begun,
        }
    }
}

impl Ending {
    /// The ending of a run that has not done anything yet. `began` is the time of the run.
    pub(crate) fn new(
        place: String,
        began: Duration,
        before: Option<String>,
        target: String,
    ) -> Self {
        Self { place, before, target, urls: Vec::new(), began, stand: Stand::Begun }
    }

    fn as_before(&self) -> String {
        match &self.before {
            Some(before) => format!("Live on {} as before: {before}", self.place),
            None => format!("{} runs what ran before", self.place),
        }
    }

    /// The last lines; none if nothing was tried.
    pub(crate) fn lines(&self, changes: &[&Step], now: (Duration, &Zoned)) -> Vec<String> {
        let (elapsed, clock) = now;
        let since = clock.strftime("%H:%M:%S %:z");
        let Self { place, target, urls, .. } = self;
        let made = changes.iter().filter(|it| it.answered && !it.kind.starts_with("lock."));
        let made = made.count();
        let time = took(elapsed.saturating_sub(self.began));
        let time = time.map(|it| format!(" in {it}")).unwrap_or_default();
        let work = match made {
            0 => "Nothing was changed".to_owned(),
            1 => format!("1 change{time}"),
            made => format!("{made} changes{time}"),
        };
        let touched = changes.iter().any(|it| TOUCHING.contains(&it.kind));
        let stand = match self.stand {
            Stand::Begun | Stand::Failed if !touched => None,
            Stand::Begun | Stand::Failed if was_taken_back(changes) => Some(Stand::TakenBack),
            stand => Some(stand),
        };
        let head = match stand {
            Some(Stand::Idle(true)) => format!("nothing to do: {target} is live on {place}"),
            Some(Stand::Idle(false)) => {
                format!(
                    "nothing to do: {target} is deployed on {place}, but not all of it is \
                     healthy"
                )
            }
            Some(Stand::Live) => format!("Live on {place} since {since}: {target}"),
            Some(Stand::TakenBack) => format!("{}; {target} was taken back", self.as_before()),
            Some(Stand::Begun | Stand::Failed) => {
                format!("Not proven on {place}: {target} was started, but has not passed its gate")
            }
            None => format!("{}; no container was touched", self.as_before()),
        };
        let mut lines = vec![head];
        if !matches!(stand, Some(Stand::Idle(_))) {
            lines.push(format!("{work}."));
        }
        let is_live = matches!(stand, Some(Stand::Idle(true) | Stand::Live | Stand::TakenBack));
        if is_live && !urls.is_empty() {
            lines.push(urls.join("  "));
        }
        let next = match stand {
            Some(Stand::Begun) => "`cargo xtask status`, then `cargo xtask deploy` to continue",
            Some(Stand::Idle(true) | Stand::Live) => "`cargo xtask status`, `cargo xtask logs SVC`",
            _ => "`cargo xtask status`, `cargo xtask history`",
        };
        lines.push(format!("Next: {next}"));
        lines
    }
}

/// Whether the run released the lock with the outcome that its changes were taken back.
fn was_taken_back(changes: &[&Step]) -> bool {
    let mut ends = changes.iter().rev().filter(|it| it.kind == "lock.release");
    ends.next().is_some_and(|it| outcome_in(&it.what) == Some(RunOutcome::TakenBack))
}

#[cfg(test)]
mod tests {
    use hemma_core::Applied;

    use super::*;

    fn step(kind: &'static str) -> Step {
        let what = "release the lock of app on hemma (taken back)".to_owned();
        let took = Duration::ZERO;
        Step { kind, what, took, change: true, answered: true, extent: Applied::Full }
    }

    #[test]
    fn the_end_says_what_is_live_now() {
        let rows: [(Stand, &str, &[&'static str], &str); 8] = [
            (
                Stand::Live,
                "nothing yet",
                &["compose.build", "compose.up", "lock.release"],
                "Live on hemma (app) since 14:02:31 +01:00: 1f0c2a9 api: new|2 changes in 48 s.|https://a.example|Next: `cargo xtask status`, `cargo xtask logs SVC`",
            ),
            (
                Stand::Failed,
                "6ed13c6",
                &["compose.up", "release.restore", "lock.release"],
                "Live on hemma (app) as before: 6ed13c6; 1f0c2a9 api: new was taken back|2 changes in 48 s.|https://a.example|Next: `cargo xtask status`, `cargo xtask history`",
            ),
            (
                Stand::Failed,
                "6ed13c6",
                &["compose.build"],
                "Live on hemma (app) as before: 6ed13c6; no container was touched|1 change in 48 s.|Next: `cargo xtask status`, `cargo xtask history`",
            ),
            (
                Stand::Failed,
                "6ed13c6",
                &["compose.up"],
                "Not proven on hemma (app): 1f0c2a9 api: new was started, but has not passed its \
                 gate|1 change in 48 s.|Next: `cargo xtask status`, `cargo xtask history`",
            ),
            (
                Stand::Begun,
                "nothing yet",
                &["compose.up"],
                "Not proven on hemma (app): 1f0c2a9 api: new was started, but has not passed its \
                 gate|1 change in 48 s.|Next: `cargo xtask status`, then `cargo xtask deploy` to \
                 continue",
            ),
            (
                Stand::Begun,
                "nothing yet",
                &["lock.acquire"],
                "Live on hemma (app) as before: nothing yet; no container was touched|Nothing was changed.|Next: `cargo xtask status`, `cargo xtask history`",
            ),
            (
                Stand::Idle(true),
                "nothing yet",
                &[],
                "nothing to do: 1f0c2a9 api: new is live on hemma (app)|https://a.example|Next: `cargo xtask status`, `cargo xtask logs SVC`",
            ),
            (
                Stand::Idle(false),
                "nothing yet",
                &[],
                "nothing to do: 1f0c2a9 api: new is deployed on hemma (app), but not all of it is \
                 healthy|Next: `cargo xtask status`, `cargo xtask history`",
            ),
        ];
        let clock: Zoned = "2026-02-03T14:02:31+01:00[+01:00]".parse().expect("a time");
        for (stand, before, kinds, expected) in rows {
            let ending = Ending {
                place: "hemma (app)".to_owned(),
                before: Some(before.to_owned()),
                target: "1f0c2a9 api: new".to_owned(),
                urls: vec!["https://a.example".to_owned()],
                began: Duration::from_secs(2),
                stand,
            };
            let steps: Vec<_> = kinds.iter().map(|it| step(it)).collect();
            let steps: Vec<_> = steps.iter().collect();
            let lines = ending.lines(&steps, (Duration::from_secs(50), &clock));
            assert_eq!(lines.join("|"), expected, "{stand:?}");
        }
    }
}
