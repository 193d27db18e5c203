//! Fresh containers for single services.

use hemma_deploy::plan::Action;
use hemma_deploy::rollout;

use crate::ending::{Ending, Stand};
use crate::proposal::named;
use crate::{Answer, Failure, Proposal, Run};

/// Restart services with fresh containers, so that .env is read
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The services, by their own or their containers' names
    #[arg(required = true, value_name = "SVC")]
    services: Vec<String>,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, config) = (run.world(), run.config());
        let asked = rollout::plan_restart(world, config, &self.services).await?;
        let services = asked.plan.subjects(Action::Recreate);
        let intent = format!("Restart {} on {}", named(&services), run.place());
        let proposal = Proposal::from(&asked.plan).to(intent);
        let ending = Ending::new(run, None, named(&services));
        run.mend(hemma_core::Report::default(), proposal, async |approval| {
            let (holder, progress) = (run.holder("restart"), run.progress());
            run.aims(ending);
            let work = rollout::carry_out(world, config, &asked, &holder, approval, &progress);
            let report = work.await?;
            run.stands(Stand::of(&report));
            Ok(report)
        })
        .await
    }
}
