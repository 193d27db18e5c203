//! Day 2, step 2: the repository on the host, at the tip of its branch.

use hemma_git::checkout;

use crate::{Answer, Failure, Noun, Proposal, Proposed, Run, Section};

const CHECKOUT: Noun = Noun::new("checkout", "checkouts");

/// Clone the repository on the host, or move its checkout forward
///
/// Changes the host. Never throws work away: a tree that is dirty, on another branch or diverged
/// is refused. Runbook: day 2, step 2.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day2_2_mirror_repo";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, spec) = (run.world(), run.config().into());
        let proposal = match checkout::plan(world, &spec).await? {
            Some(line) => Proposal::default()
                .step(Proposed::change("update", "checkout", line).of(CHECKOUT, "checkout"))
                .to(format!("Update the checkout on {}", run.place())),
            None => Proposal::default(),
        };
        run.mend(checkout::verify(world, &spec).await, proposal, async |approval| {
            let progress = run.progress();
            let update = async || checkout::ensure(world, &spec, approval, &progress).await;
            run.locked("mirror-repo", approval, update).await?;
            Ok(checkout::verify(world, &spec).await)
        })
        .await
    }
}
