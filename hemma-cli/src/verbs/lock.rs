//! The deploy lock.

use hemma_core::Report;
use hemma_deploy::lock;

use crate::{Answer, Failure, Noun, Proposal, Proposed, Run};

/// Show who holds the deploy lock, or force-release it
///
/// The lock is released by itself: at once when its run ends in any way, and within 20 seconds when
/// the connection to it is lost. Releasing it by hand is for a run that hangs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum What {
    /// Show who holds it
    Show,
    /// Force-release the lock: the run that holds it stops before its next change
    Release,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, config) = (run.world(), run.config());
        let (host, project) = (&config.host.alias, &config.compose.project);
        let standing = lock::verify(world, host, project).await;
        let held = standing.detail.clone();
        let free = standing.verdict != hemma_core::Verdict::Fail;
        let report = Report::from_iter([standing]);
        if matches!(self.what, What::Show) || free {
            return Ok(Answer::Report(report));
        }
        let step = Proposed::remove("force-release", "the lock", held);
        let proposal = Proposal::default().step(step.of(Noun::new("hold", "holds"), "the lock"));
        let intent = format!("Force-release the lock of {project} on {host}");
        let proposal = proposal.to(intent);
        run.mend(report, proposal, async |approval| {
            let by = run.holder("lock release");
            let end = lock::EndHold { host: host.clone(), project: project.clone(), by };
            world.apply(&end, approval, &run.progress()).await?;
            Ok(Report::from_iter([lock::verify(world, host, project).await]))
        })
        .await
    }
}
