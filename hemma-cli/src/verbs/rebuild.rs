//! New images and containers for single services.

use hemma_deploy::rollout;

use super::restart::replace;
use crate::{Answer, Failure, Run};

/// Rebuild the images of services and replace their containers
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The services, by their own or their containers' names
    #[arg(required = true, value_name = "SVC")]
    services: Vec<String>,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let asked = rollout::plan_rebuild(run.world(), run.config(), &self.services).await?;
        replace(run, &asked, ("rebuild", "Rebuild")).await
    }
}
