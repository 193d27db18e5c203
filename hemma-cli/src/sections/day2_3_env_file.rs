//! Day 2, step 3: the `.env` of the compose files.

use hemma_deploy::Layers;
use hemma_deploy::env_file;

use crate::{Answer, Failure, Run, Section, editor};

/// Check the keys of the host's .env
///
/// Reads only, unless with --edit. No value of the file leaves the host but for --edit, and none
/// is shown or written down. Runbook: day 2, step 3.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Change it in your own editor; it is written back unless it has changed on the host meanwhile
    #[arg(long)]
    edit: bool,
    /// Also require what the research services need
    #[arg(long)]
    research: bool,
}

impl Section for Args {
    const SLUG: &'static str = "day2_3_env_file";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let layers = if self.research { Layers::Research } else { Layers::Main };
        if self.edit {
            return editor::edit_env_file(run, layers).await;
        }
        Ok(Answer::Report(env_file::verify(run.world(), run.config(), layers).await))
    }
}
