//! One service of a gate, from look to look.
//!
//! Waiting is counted in pauses and not by a clock, so that a replay ends where the recorded run
//! did.

use std::time::Duration;

use hemma_core::{Finding, Host, World};
use jiff::Timestamp;

use super::evidence::failed;
use super::standing::{Look, Standing};
use super::{Expectation, ExpectedState, SETTLE, subject};
use crate::engine::EngineError;
use crate::ids;
use crate::{ContainerDetail, ContainerName};

/// The number of restarts after which a service has failed. One that crashes while it waits for
/// another may come up in the end; as the engine doubles the pause between starts, this many take a
/// good while.
const RESTARTS_MAX: u32 = 5;

/// The longest interval of a health check whose second run is waited for.
pub(super) const SECOND_CHECK_MAX: Duration = Duration::from_secs(60);

/// Details of a healthy container's checks that the engine's one word does not give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checks {
    /// All checks are good.
    Sound,
    /// Only one check has passed since the start, so it is not known whether the service stays
    /// healthy.
    Once,
    /// The last checks failed, and not often enough for the engine to say so.
    Failing,
}

impl Checks {
    fn of(detail: &ContainerDetail) -> Self {
        match &detail.health {
            Some(health) if health.failing_streak > 0 => Self::Failing,
            Some(_) if detail.passed_checks() < 2 => Self::Once,
            _ => Self::Sound,
        }
    }
}

/// One service of a gate.
pub(super) struct Watch<'e> {
    pub(super) expected: &'e Expectation,
    last: Option<Look>,
    /// Why the service is known not to become good.
    failure: Option<String>,
    was_good: bool,
    absent_since: Option<Duration>,
    run: Option<Run>,
    restarts_at_first: Option<u32>,
    restarts: u32,
    good_since: Option<Duration>,
    /// Details of its health check beyond the engine's word.
    pub(super) checks: Checks,
    /// Whether the container was not restarted since the last look. Always true with a health
    /// check.
    pub(super) steady: bool,
}

/// One life of a container between two restarts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    container: Option<ContainerName>,
    restarts: u32,
    started_at: Option<Timestamp>,
}

impl<'e> Watch<'e> {
    pub(super) fn new(expected: &'e Expectation) -> Self {
        Self {
            expected,
            last: None,
            failure: None,
            was_good: false,
            absent_since: None,
            run: None,
            restarts_at_first: None,
            restarts: 0,
            good_since: None,
            checks: Checks::Sound,
            steady: false,
        }
    }

    pub(super) fn take(&mut self, look: Look, detail: Option<&ContainerDetail>, waited: Duration) {
        if self.has_failed() {
            return;
        }
        let overdue = waited >= self.expected.state.patience();
        if let Some(detail) = detail {
            self.restarts = self.restarts_since(detail.restart_count);
        }
        let restarts = self.restarts;
        self.steady = match (&look.standing, detail) {
            (Standing::Running, Some(detail)) => self.same_run(&look, detail),
            _ => true,
        };
        self.checks = self.checks_of(&look, detail, waited);
        let absent = matches!(look.standing, Standing::Absent(_));
        self.absent_since = absent.then(|| self.absent_since.unwrap_or(waited));
        let gone = self.absent_since.is_some_and(|since| waited >= since + SETTLE);
        self.failure = match &look.standing {
            Standing::Good(_) => None,
            Standing::Running if restarts < RESTARTS_MAX && (self.steady || !overdue) => None,
            Standing::Running => Some(format!("it was restarted {restarts} times")),
            Standing::Bad(now) => Some(self.after_all(now)),
            Standing::Coming(now) | Standing::Restarting(now) | Standing::Absent(now)
                if self.was_good =>
            {
                Some(self.after_all(now))
            }
            Standing::Restarting(now) if restarts >= RESTARTS_MAX => {
                Some(format!("{now}, {restarts} times since the gate began"))
            }
            Standing::Absent(now) if gone => Some(now.clone()),
            Standing::Coming(now) | Standing::Restarting(now) | Standing::Absent(now) => {
                overdue.then(|| format!("still {now} after {} s", waited.as_secs()))
            }
        };
        self.was_good |= matches!(look.standing, Standing::Good(_));
        self.last = Some(look);
    }

    fn checks_of(
        &mut self,
        look: &Look,
        detail: Option<&ContainerDetail>,
        waited: Duration,
    ) -> Checks {
        let good = matches!(look.standing, Standing::Good(_));
        self.good_since = good.then(|| self.good_since.unwrap_or(waited));
        let runs = good && self.expected.state != ExpectedState::Completed;
        let checks = detail.filter(|_| runs).map_or(Checks::Sound, Checks::of);
        let late = self.good_since.is_some_and(|since| waited >= since + SECOND_CHECK_MAX);
        if checks == Checks::Once && late { Checks::Sound } else { checks }
    }

    fn after_all(&self, now: &str) -> String {
        if self.was_good { format!("it was as expected, then {now}") } else { now.to_owned() }
    }

    /// The number of restarts since the gate began. If the engine counts from zero again, the
    /// container was started by hand in between.
    fn restarts_since(&mut self, count: u32) -> u32 {
        let first = self.restarts_at_first.map_or(count, |first| first.min(count));
        self.restarts_at_first = Some(first);
        count - first
    }

    fn same_run(&mut self, look: &Look, detail: &ContainerDetail) -> bool {
        let run = Run {
            container: look.container.clone(),
            restarts: detail.restart_count,
            started_at: detail.started_at,
        };
        let same = self.run.as_ref() == Some(&run);
        self.run = Some(run);
        same
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Whether the service is good. One that was restarted is good only from the second look
    /// without a restart on.
    pub(super) fn is_good(&self) -> bool {
        let good = match self.last.as_ref().map(|it| &it.standing) {
            Some(Standing::Good(_)) => self.checks == Checks::Sound,
            Some(Standing::Running) => self.steady || self.restarts == 0,
            _ => false,
        };
        good && !self.has_failed()
    }

    /// The last state in a few words that stay the same while the state does.
    pub(super) fn now(&self) -> &str {
        match self.last.as_ref().map(|it| &it.standing) {
            None => "not at all",
            Some(Standing::Good(_)) => match self.checks {
                Checks::Sound => "good",
                Checks::Once => "healthy, its health check has to pass twice",
                Checks::Failing => "failing its health check",
            },
            Some(Standing::Running) if self.is_good() => "running",
            Some(Standing::Running) => "just restarted",
            Some(
                Standing::Coming(it)
                | Standing::Restarting(it)
                | Standing::Absent(it)
                | Standing::Bad(it),
            ) => it,
        }
    }

    pub(super) async fn finding(
        &self,
        world: &World,
        host: &Host,
        blind: Option<&EngineError>,
    ) -> Option<Finding> {
        let container = self.last.as_ref().and_then(|it| it.container.as_ref());
        if let Some(failure) = &self.failure {
            return Some(failed(world, host, self.expected, failure, container).await);
        }
        if blind.is_some() {
            return None;
        }
        let subject = subject(self.expected);
        Some(match self.last.as_ref().map(|it| &it.standing) {
            Some(Standing::Good(detail)) if self.checks == Checks::Sound => {
                Finding::pass(ids::SERVICE_AS_EXPECTED, subject, detail.clone())
            }
            Some(Standing::Running) if self.steady => {
                Finding::pass(ids::SERVICE_RUNNING, subject, "running, and not restarted")
            }
            _ => Finding::unseen(
                ids::SERVICE_STARTING,
                subject,
                format!("still {} when the gate ended", self.now()),
            ),
        })
    }
}
