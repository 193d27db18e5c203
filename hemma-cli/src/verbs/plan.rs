//! The plan of a deploy.

use super::deploy;
use crate::{Answer, Failure, Run};

/// Show what deploy would do and why; exit 0 nothing, 4 something
///
/// Changes nothing. The same as `cargo xtask deploy --plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    deploy: deploy::Args,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        self.deploy.run(run).await
    }
}
