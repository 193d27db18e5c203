//! Notes: only the public names and ssh are reachable from outside.

use crate::{Answer, Failure, Run, Section, edge};

/// Check that only the web's two ports and ssh are open to other machines
///
/// Reads only. Compares what the compose files publish, what the engine opened, what listens on the
/// host and what answers from here; traces each open port to process, container, file and line.
/// Runbook: notes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "notes_1_public_surface";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        Ok(Answer::Report(edge::surface(run.world(), run.config()).await?))
    }
}
