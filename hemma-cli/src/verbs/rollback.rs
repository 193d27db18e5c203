//! Going back to an earlier release.

use hemma_core::Report;
use hemma_deploy::rollout;

use crate::ending::Stand;
use crate::proposal::short;
use crate::{Answer, Failure, Proposal, Run};

/// Go back to a release that ran: commit, images, configuration
///
/// Changes the host. The overlay, if hemma.toml names one, comes back as it was; the current
/// one is kept next to it. Databases and `.env` are not touched.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The commit to go back to, or its beginning; without it, the release before the one that is
    /// deployed
    #[arg(long, value_name = "SHA")]
    to: Option<String>,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, config) = (run.world(), run.config());
        let (release, plan) = rollout::plan_rollback(world, config, self.to.as_deref()).await?;
        let commit = short(&release.commit);
        let proposal = Proposal::from(&plan).to(format!("Go back to {commit} on {}", run.place()));
        let ending = run.ending_at(None, commit);
        run.mend(Report::default(), proposal, async |approval| {
            let (holder, progress) = (run.holder("rollback"), run.progress());
            let operation = run.operation(approval, &progress);
            let back = rollout::rollback(operation, &release, &plan, &holder);
            run.aims(ending);
            let report = Box::pin(back).await?;
            run.stands(Stand::of(&report));
            Ok(report)
        })
        .await
    }
}
