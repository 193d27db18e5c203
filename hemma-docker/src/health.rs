//! The gate behind every rollout: whether the services that should run do, and stay up.
//!
//! Runbook: day 2, step 6.
//!
//! A container that is healthy now may not be in a moment, and one without a health check proves
//! nothing by merely running; so the gate passes only what a second look a little later confirms.
//! If a health check fails then, the gate waits until the engine has decided; if it has passed only
//! once, until it has run again: an interval of 15 s would hide what breaks after 5. The gate ends
//! early on what cannot become good, because a rollback waits behind it. A look that could not be
//! made never counts as a failed service.

mod evidence;
mod expectation;
mod services;
mod standing;
#[cfg(test)]
pub(crate) mod tests;
mod watch;

use std::time::Duration;

use hemma_core::names::ProjectName;
use hemma_core::{Finding, Host, PollPolicy, Progress, Report, World};

use crate::Containers;
use crate::engine::EngineError;
use crate::ids;
use evidence::failed;
pub use expectation::{Expectation, ExpectedState, Gated};
use expectation::{SETTLE, subject, unseen};
use services::{Round, Services};
use standing::{Standing, look_at};
use watch::SECOND_CHECK_MAX;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Waits until every service is as expected, or until one is known not to become so.
///
/// There is one finding for each service. When the host cannot be asked any more, one finding says
/// so for all services that had not failed by then.
pub async fn gate(
    world: &World,
    host: &Host,
    project: &ProjectName,
    expected: &[Expectation],
    progress: &Progress,
) -> Gated {
    let longest = expected.iter().map(|it| it.state.patience()).max().unwrap_or_default();
    let mut services = Services::new(expected, progress);
    let mut blind: Option<EngineError> = None;
    let ended = PollPolicy::lasting(longest + SETTLE + SECOND_CHECK_MAX, PAUSE).wait(
        world,
        async |looks| {
            if looks > 0 {
                services.rested(PAUSE);
            }
            match look(&mut services, world, host, project, progress).await {
                Ok(round) => {
                    blind = None;
                    (round == Round::Over).then_some(())
                }
                // An engine that is restarted comes back. The last answer counts: the result of a
                // gate that ends on an error is unknown.
                Err(error) if error.may_pass() => {
                    progress.line(&format!("could not look, trying again: {error}"));
                    blind = Some(error);
                    None
                }
                Err(error) => {
                    blind = Some(error);
                    Some(())
                }
            }
        },
    );
    ended.await;
    services.report(world, host, blind.as_ref()).await
}

/// Makes one look, and a second one a little later if all is good.
async fn look(
    services: &mut Services<'_>,
    world: &World,
    host: &Host,
    project: &ProjectName,
    progress: &Progress,
) -> Result<Round, EngineError> {
    services.look(world, host, project).await?;
    if services.round() == Round::Good {
        progress.line(&format!("all good, watching for {} s", SETTLE.as_secs()));
        world.pause(SETTLE).await;
        services.rested(SETTLE);
        services.settle();
        services.look(world, host, project).await?;
    }
    Ok(services.round())
}

/// Whether every service is as expected, in one look and without waiting.
///
/// A service that is still starting is `Unknown`.
pub async fn verify(
    world: &World,
    host: &Host,
    project: &ProjectName,
    expected: &[Expectation],
) -> Report {
    let containers = match world.ask(&Containers { host: host.clone() }).await {
        Ok(containers) => containers,
        Err(error) => return Report::from_iter([unseen(&error)]),
    };
    let findings = expected.iter().map(async |expected| {
        let subject = subject(expected);
        let look = look_at(expected, project, &containers);
        match look.standing {
            Standing::Good(detail) => Finding::pass(ids::SERVICE_AS_EXPECTED, subject, detail),
            Standing::Running => Finding::pass(ids::SERVICE_RUNNING, subject, "running"),
            Standing::Coming(detail) => {
                Finding::unseen(ids::SERVICE_STARTING, subject, format!("still {detail}"))
            }
            Standing::Restarting(detail) | Standing::Absent(detail) | Standing::Bad(detail) => {
                failed(world, host, expected, &detail, look.container.as_ref()).await
            }
        }
    });
    futures_util::future::join_all(findings).await.into_iter().collect()
}
