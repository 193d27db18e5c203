//! Optional, step 1: the image of the embedding server.

use hemma_core::{Report, Verdict};
use hemma_deploy::plan::{Action, Plan};
use hemma_deploy::rollout;

use crate::offload;

use crate::proposal::named;
use crate::research::Offload;
use crate::{Answer, Failure, Proposal, Run, Section};

/// Build the image of the embedding server, and of what it needs
///
/// Changes the host, as a deploy does, and touches no container. An image that could not run is not
/// built: without its requirements the build would succeed, and its first import fail. Runbook:
/// optional, step 1.
///
/// Only for an application whose hemma.toml has [offload].
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "offload_1_image_build";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, server) = (run.world(), Offload::of(run.config())?);
        run.terminal().busy(&format!("looking at {}", server.config.host.alias));
        let situation = Box::pin(rollout::look_at(world, &server.config, &server.scope())).await;
        let blockers = situation.blockers();
        if !blockers.findings.is_empty() {
            return Ok(Answer::Report(blockers));
        }
        let inputs = offload::look(world, &server.config, &server.made_of, None).await?;
        let inputs: Report = inputs.build_inputs().into_iter().collect();
        if inputs.verdict() != Verdict::Pass {
            return Ok(Answer::Report(inputs));
        }
        let mut steps = situation.plan().steps;
        steps.retain(|it| matches!(it.action, Action::Build(_)));
        let plan = Plan { steps };
        if plan.is_empty() {
            run.terminal().note("nothing to build");
        }
        let images = named(&plan.agenda().builds);
        let proposal = Proposal::from(&plan).to(format!("Build {images} on {}", run.place()));
        run.mend(inputs, proposal, async |approval| {
            let (holder, progress) = (run.holder("image-build"), run.progress());
            let build =
                rollout::build_images(world, &situation, &plan, &holder, approval, &progress);
            Ok(Box::pin(build).await?)
        })
        .await
    }
}
