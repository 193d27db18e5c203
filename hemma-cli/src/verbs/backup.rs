//! Dumps of the application's databases.

use std::path::PathBuf;

use hemma_core::names::{HostDirectory, PgName};
use hemma_core::text::size;
use hemma_core::{Approval, Finding, OperatorError, Progress, Report};
use hemma_deploy::shared_db;
use hemma_postgres::backup::{self, Directory, Dump, Format, Sources};

use crate::ids;
use crate::{Answer, Failure, Noun, Proposal, Proposed, Run};

/// Dump the application's databases, each into a file of its own
///
/// By `pg_dump` in the container of the database, compressed, for `pg_restore`. A file gets its name
/// when it is complete, is for its owner alone, and overwrites none. Without names, those databases that
/// the compose files and hemma.toml name. Roles are no part of a dump: `day2 shared-db` makes the
/// application's.
///
/// It holds the lock of the host: a deploy that alters a table would wait for the dump, and all
/// readers of the table for the deploy.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these databases
    #[arg(value_name = "DATABASE")]
    databases: Vec<PgName>,
    /// The directory on the host
    #[arg(long, value_name = "DIR", default_value = "~/backups")]
    to: HostDirectory,
    /// Stream the dumps into a directory of this machine instead
    #[arg(long, value_name = "DIR", conflicts_with = "to")]
    here: Option<PathBuf>,
    /// Write SQL, for psql
    #[arg(long)]
    plain: bool,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let dumps = self.dumps(run).await?;
        let proposal = dumps.iter().fold(Proposal::default(), |proposal, (dump, bytes)| {
            let place = format!("{} on the server, to {}", size(*bytes), dump.directory);
            let name = dump.database.as_str();
            let step = Proposed::add("dump", format!("database {name}"), place);
            proposal.step(step.of(Noun::DATABASE, name))
        });
        let proposal = proposal.to(format!("Dump databases of {}", run.place()));
        run.mend(Report::default(), proposal, async |approval| {
            run.locked("backup", approval, async || all(run, &dumps, approval).await).await
        })
        .await
    }

    /// The databases to dump, with their sizes on the server.
    async fn dumps(&self, run: &Run<'_>) -> Result<Vec<(Dump, u64)>, Failure> {
        let (world, config) = (run.world(), run.config());
        let database = config.database.as_ref().ok_or(shared_db::Error::NotConfigured)?;
        let server = database.server(&config.host.alias);
        let asked = if self.databases.is_empty() {
            shared_db::wanted(world, config).await?.databases
        } else {
            self.databases.clone()
        };
        let there = world.ask(&Sources { server: server.clone() }).await?;
        let at = world.now();
        let format = if self.plain { Format::Plain } else { Format::Custom };
        let directory = match &self.here {
            Some(directory) => Directory::Here(run.here.join(directory)),
            None => Directory::There(self.to.clone()),
        };
        let dump = |(database, bytes): (PgName, u64)| {
            let file = backup::file_name(&database, at, format);
            let (server, directory) = (server.clone(), directory.clone());
            (Dump { server, database, format, directory, file }, bytes)
        };
        Ok(backup::chosen(&server, &there, &asked)?.into_iter().map(dump).collect())
    }
}

/// One after the other: together they would only compete for the server's disk. A failed dump does
/// not keep the next from being made, unless its end is unknown.
async fn all(run: &Run<'_>, dumps: &[(Dump, u64)], approval: &Approval) -> Result<Report, Failure> {
    let mut report = Report::default();
    for (dump, _) in dumps {
        let subject = format!("database {}", dump.database);
        run.progress().line(&format!("dumping {}", dump.database));
        // Outside a terminal, a line each half second is useless.
        let progress = if run.terminal().watched() { run.progress() } else { Progress::silent() };
        match run.world().apply(dump, approval, &progress).await {
            Ok(made) => {
                report.add(Finding::pass(
                    ids::BACKUP_MADE,
                    subject,
                    format!("{} in {}", size(made.bytes), made.path),
                ));
            }
            Err(error) if error.is_known() => {
                report.add(
                    Finding::fail(ids::BACKUP_FAILED, subject, hemma_core::causes(&error))
                        .hint(error.hint()),
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(report)
}
