//! All services of a gate, from look to look.

use std::time::Duration;

use futures_util::future::try_join_all;
use hemma_core::names::ProjectName;
use hemma_core::{Finding, Host, Progress, Report, Verdict, World};

use super::standing::{Standing, look_at};
use super::watch::{Checks, Watch};
use super::{Expectation, Gated, SETTLE, unseen};
use crate::engine::EngineError;
use crate::{ContainerName, Containers, Inspect};

/// The result of the gate after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// Some services are still starting.
    Waiting,
    /// All are good, and have to stay so.
    Good,
    /// Nothing is left to wait for.
    Over,
}

/// All services of a gate.
pub(super) struct Services<'e> {
    all: Vec<Watch<'e>>,
    progress: &'e Progress,
    told: String,
    waited: Duration,
    failed_at: Option<Duration>,
    /// Whether all were good for a while, so that a good look from now on confirms them.
    settled: bool,
    confirmed: bool,
}

impl<'e> Services<'e> {
    pub(super) fn new(expected: &'e [Expectation], progress: &'e Progress) -> Self {
        Self {
            all: expected.iter().map(Watch::new).collect(),
            progress,
            told: String::new(),
            waited: Duration::ZERO,
            failed_at: None,
            settled: false,
            confirmed: false,
        }
    }

    /// Looks at every service once. When all have settled, each health check is read as well: it
    /// may fail already, and not often enough for the engine to say so.
    pub(super) async fn look(
        &mut self,
        world: &World,
        host: &Host,
        project: &ProjectName,
    ) -> Result<(), EngineError> {
        let containers = world.ask_again(&Containers { host: host.clone() }).await?;
        let looks = self.all.iter().map(async |watch| {
            let look = look_at(watch.expected, project, &containers);
            let inspect = async |name: &ContainerName| {
                world.ask_again(&Inspect { host: host.clone(), container: name.clone() }).await
            };
            let detail = match (&look.standing, &look.container) {
                (Standing::Running | Standing::Restarting(_), Some(name)) => inspect(name).await?,
                (Standing::Good(_), Some(name))
                    if self.settled || watch.checks != Checks::Sound =>
                {
                    inspect(name).await?
                }
                _ => None,
            };
            Ok::<_, EngineError>((look, detail))
        });
        let looks = try_join_all(looks).await?;
        for (watch, (look, detail)) in self.all.iter_mut().zip(looks) {
            watch.take(look, detail.as_ref(), self.waited);
        }
        if self.failed_at.is_none() && self.all.iter().any(Watch::has_failed) {
            self.failed_at = Some(self.waited);
        }
        self.confirm();
        self.tell();
        Ok(())
    }

    /// Counts a pause between two looks.
    pub(super) fn rested(&mut self, rest: Duration) {
        self.waited += rest;
    }

    /// Notes that all were good for some time.
    pub(super) fn settle(&mut self) {
        self.settled = true;
    }

    /// Confirms settled services in a look at which all are still good and none was restarted. A
    /// second health check is waited for; any other problem makes the services settle again.
    fn confirm(&mut self) {
        let stays = |it: &Watch<'_>| it.is_good() && it.steady;
        self.confirmed = self.settled && self.all.iter().all(stays);
        self.settled &= self.all.iter().all(|it| stays(it) || it.checks == Checks::Once);
    }

    pub(super) fn round(&self) -> Round {
        let waiting = self.all.iter().any(|it| !it.is_good() && !it.has_failed());
        match self.failed_at {
            Some(at) if waiting && self.waited < at + SETTLE => Round::Waiting,
            Some(_) => Round::Over,
            None if waiting => Round::Waiting,
            None if self.confirmed => Round::Over,
            None => Round::Good,
        }
    }

    /// Reports the progress, when it has changed.
    fn tell(&mut self) {
        let good = self.all.iter().filter(|it| it.is_good()).count();
        let failed = self.all.iter().filter(|it| it.has_failed());
        let waiting = self.all.iter().filter(|it| !it.is_good() && !it.has_failed());
        let line = format!(
            "healthy {good} of {}{}{}",
            self.all.len(),
            named(", failed ", failed),
            named(", waiting for ", waiting)
        );
        if line != self.told {
            self.progress.line(&line);
            self.told = line;
        }
    }

    /// The result of the gate. `blind` is why the last look could not be made.
    pub(super) async fn report(
        &self,
        world: &World,
        host: &Host,
        blind: Option<&EngineError>,
    ) -> Gated {
        let findings = self.all.iter().map(async |it| it.finding(world, host, blind).await);
        let findings = futures_util::future::join_all(findings).await;
        let fails =
            |it: &Option<Finding>| it.as_ref().is_some_and(|it| it.verdict == Verdict::Fail);
        let failed = self.all.iter().zip(&findings).filter(|(_, it)| fails(it));
        let failed = failed.map(|(watch, _)| watch.expected.service.clone()).collect();
        let mut report: Report = findings.into_iter().flatten().collect();
        if let Some(error) = blind {
            let open = self.all.iter().filter(|it| !it.has_failed());
            let last = open.map(|it| format!("{}: last seen {}", it.expected.service, it.now()));
            report.add(unseen(error).evidence(last));
        }
        Gated { report, failed }
    }
}

/// Names three services at most, so that the line stays readable.
fn named<'w, 'e: 'w>(what: &str, watches: impl Iterator<Item = &'w Watch<'e>>) -> String {
    let all: Vec<String> =
        watches.map(|it| format!("{} ({})", it.expected.service, it.now())).collect();
    match all.as_slice() {
        [] => String::new(),
        few @ ([_] | [_, _] | [_, _, _]) => format!("{what}{}", few.join(", ")),
        [first, second, third, rest @ ..] => {
            format!("{what}{first}, {second}, {third} and {} more", rest.len())
        }
    }
}
