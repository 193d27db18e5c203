//! Work under the host's lock.

use hemma_core::{Applied, OperatorError, Report, Verdict, World};

use super::Error;
use crate::Operation;
use crate::lock::{Acquire, Acquired, Holder, Release, RunOutcome};

/// Runs work under the host's lock, or returns its holder. The lock is released however the work
/// ends, so that the history has the end.
pub async fn locked<T, E: From<Error>>(
    operation: Operation<'_>,
    holder: &Holder,
    work: impl AsyncFnOnce() -> Result<T, E>,
) -> Result<T, E> {
    acquire(operation, holder, false).await?;
    let done = work().await;
    let outcome = if done.is_ok() { RunOutcome::Done } else { RunOutcome::Failed };
    let let_go = let_go(operation, outcome).await;
    // The first failure is the cause of the rest.
    let done = done?;
    let_go?;
    Ok(done)
}

/// The end of work that has a gate.
pub(super) struct Ended {
    pub(super) result: Result<Report, Error>,
    /// The outcome; `None` if it follows from the result.
    pub(super) outcome: Option<RunOutcome>,
}

impl Ended {
    /// The end of work whose changes were taken back.
    pub(super) fn taken_back(result: Result<Report, Error>) -> Self {
        Self { result, outcome: Some(RunOutcome::TakenBack) }
    }
}

impl From<Result<Report, Error>> for Ended {
    fn from(result: Result<Report, Error>) -> Self {
        Self { result, outcome: None }
    }
}

/// Runs work with a gate under the lock: from its first change until the gate passes, or everything
/// was taken back, the host remembers that it is unproven.
pub(super) async fn gated(
    operation: Operation<'_>,
    holder: &Holder,
    work: impl AsyncFnOnce() -> Ended,
) -> Result<Report, Error> {
    acquire(operation, holder, true).await?;
    let before = operation.world.steps().len();
    let ended = work().await;
    let outcome = ended.outcome.unwrap_or_else(|| match &ended.result {
        Ok(report) => match report.verdict() {
            Verdict::Pass => RunOutcome::Done,
            Verdict::Fail => RunOutcome::Failed,
            Verdict::Unknown => RunOutcome::Unknown,
        },
        Err(_) if changed_nothing(operation.world, before) => RunOutcome::Nothing,
        Err(error) if error.is_known() => RunOutcome::Failed,
        Err(_) => RunOutcome::Unknown,
    });
    let let_go = let_go(operation, outcome).await;
    let report = ended.result.map_err(Error::or_lost_lock)?;
    let_go?;
    Ok(report)
}

/// Whether no change was made, not even in part, after the first `before` steps of the run.
fn changed_nothing(world: &World, before: usize) -> bool {
    world.steps().iter().skip(before).all(|it| !it.change || it.extent == Applied::None)
}

async fn acquire(operation: Operation<'_>, holder: &Holder, gated: bool) -> Result<(), Error> {
    let config = operation.config;
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    let acquire = Acquire { host, project, holder: holder.clone(), gated };
    match operation.apply(&acquire).await.map_err(Error::Lock)? {
        Acquired::Ours => Ok(()),
        Acquired::HeldBy(other) => Err(Error::Locked(other)),
    }
}

async fn let_go(operation: Operation<'_>, outcome: RunOutcome) -> Result<(), Error> {
    let config = operation.config;
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    let release = Release { host, project, outcome: Some(outcome) };
    operation.apply(&release).await.map_err(Error::Lock)
}
