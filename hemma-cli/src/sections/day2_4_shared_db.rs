//! Day 2, step 4: the application's databases in the shared PostgreSQL.

use hemma_deploy::plan::{Action, Statement, Step};
use hemma_deploy::shared_db;

use crate::{Answer, Failure, Proposal, Proposed, Run, Section};

/// Create the role and the databases that are missing
///
/// Changes the host where something is missing. The databases that there must be are named in the
/// header comments of the compose files and in hemma.toml. Nothing is dropped, and no database is
/// taken from another role. Runbook: day 2, step 4.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day2_4_shared_db";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, config) = (run.world(), run.config());
        let Some(database) = &config.database else {
            return Ok(Answer::not_applicable("hemma.toml names no database server in [database]"));
        };
        let before = shared_db::verify(world, config).await;
        // The report has the reason if this is not known or cannot be changed.
        let steps = shared_db::plan(world, config).await.unwrap_or_default();
        let proposal = steps.into_iter().fold(Proposal::default(), |proposal, step| {
            let (reason, role) = (step.reason(), database.role.clone());
            let step = Step::new(Action::RunStatement(Statement { step, role }), reason);
            proposal.step(Proposed::from(&step))
        });
        let proposal =
            proposal.to(format!("Create what is missing in PostgreSQL on {}", run.place()));
        run.mend(before, proposal, async |approval| {
            let progress = run.progress();
            let make = async || shared_db::ensure(world, config, approval, &progress).await;
            run.locked("shared-db", approval, make).await?;
            Ok(shared_db::verify(world, config).await)
        })
        .await
    }
}
