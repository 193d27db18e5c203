//! Day 3, step 3: the localhost-only services of the host, on ports of this machine.

use crate::verbs::tunnel;
use crate::{Answer, Failure, Run, Section};

/// Open the tunnels of hemma.toml, and check the services behind them
///
/// Changes this machine if they are not open. `cargo xtask tunnel` has the rest: stop, status,
/// logs, and opening them at every login. Runbook: day 3, step 3.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day3_3_tunnels";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if run.config().forward.is_empty() {
            return Ok(Answer::not_applicable(tunnel::NO_FORWARDS));
        }
        tunnel::start_all(run).await
    }
}
