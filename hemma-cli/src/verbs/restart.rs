//! New containers for single services.

use hemma_core::names::ServiceName;
use hemma_deploy::rollout::{self, Asked};

use crate::ending::Stand;
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
        let asked = rollout::plan_restart(run.world(), run.config(), &self.services).await?;
        replace(run, &asked, ("restart", "Restart")).await
    }
}

/// Replaces the containers of single services through the gate. `doing` is the holder's command for
/// the lock, and `intent` the verb of the question.
pub(super) async fn replace(
    run: &Run<'_>,
    asked: &Asked,
    (doing, intent): (&str, &str),
) -> Result<Answer, Failure> {
    let services: Vec<ServiceName> = asked.plan.agenda().services.into_iter().collect();
    let intent = format!("{intent} {} on {}", named(&services), run.place());
    let proposal = Proposal::from(&asked.plan).to(intent);
    let ending = run.ending_at(None, named(&services));
    run.mend(hemma_core::Report::default(), proposal, async |approval| {
        let (holder, progress) = (run.holder(doing), run.progress());
        run.aims(ending);
        let work = rollout::carry_out(run.operation(approval, &progress), asked, &holder);
        let report = work.await?;
        run.stands(Stand::of(&report));
        Ok(report)
    })
    .await
}
