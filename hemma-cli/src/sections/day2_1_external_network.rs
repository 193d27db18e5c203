//! Day 2, step 1: the network on which the reverse proxy meets the application.

use hemma_deploy::plan::{Action, Step};
use hemma_docker::network;

use crate::{Answer, Failure, Proposal, Proposed, Run, Section, edge};

/// Create the external network, once
///
/// Changes the host if the network is missing. Runbook: day 2, step 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day2_1_external_network";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let host = &run.config().host.alias;
        let Some(name) = &run.config().compose.network else {
            return Ok(Answer::not_applicable(edge::NO_PROXY));
        };
        let found = network::verify(run.world(), host, name).await;
        let mut proposal = Proposal::default();
        // The report has the reason if this is not known or cannot be changed.
        if let Ok(true) = network::is_missing(run.world(), host, name).await {
            let step = Step::new(Action::CreateNetwork(name.clone()), &*found.detail);
            proposal = proposal.step(Proposed::from(&step));
            proposal = proposal.to(format!("Create the network on {}", run.place()));
        }
        run.mend([found].into_iter().collect(), proposal, async |approval| {
            let make = async || network::ensure(run.world(), host, name, approval).await;
            run.locked("external-network", approval, make).await?;
            Ok([network::verify(run.world(), host, name).await].into_iter().collect())
        })
        .await
    }
}
