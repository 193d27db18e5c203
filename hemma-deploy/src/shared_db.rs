//! The databases that an application needs of a shared PostgreSQL, by its compose files and settings.
//!
//! Runbook: day 2, step 4.

use hemma_core::{
    Approval, Classified, ErrorClass, Finding, Host, OperatorError, Progress, Report, World,
};
use hemma_git::Tree;
use hemma_postgres::databases::{self, DatabaseSpec, Outcome, Step};

use crate::Config;
use crate::ids;

use crate::env_file::{HeadersError, LookHeaders};
use crate::layers::{Layers, compose_files};

/// The databases that the application needs: those in the headers of the checkout's compose files,
/// and those of `[database] databases`.
pub async fn wanted(world: &World, config: &Config) -> Result<DatabaseSpec, Error> {
    wanted_in(world, config, Tree::Checkout).await
}

/// The databases that the application needs by the compose files of another state of the
/// repository.
pub(crate) async fn wanted_in(
    world: &World,
    config: &Config,
    tree: Tree,
) -> Result<DatabaseSpec, Error> {
    let database = config.database.as_ref().ok_or(Error::NotConfigured)?;
    let files = compose_files(config, Layers::Main);
    let host = files.host.clone();
    let headers = world.ask(&LookHeaders { files, tree }).await.map_err(Error::Headers)?;
    let mut names = headers.header.databases;
    let own = database.databases.iter().filter(|it| !names.contains(it)).cloned();
    names.extend(own.collect::<Vec<_>>());
    if names.is_empty() {
        return Err(Error::NoneWanted { host, said: headers.said });
    }
    Ok(DatabaseSpec {
        server: database.server(&config.host.alias),
        checkout: config.host.checkout.clone(),
        role: database.role.clone(),
        password_key: database.password_key.clone(),
        databases: names,
    })
}

/// Whether the role and the databases exist, and the role owns them.
pub async fn verify(world: &World, config: &Config) -> Report {
    match wanted(world, config).await {
        Ok(spec) => databases::verify(world, &spec).await,
        Err(error) => Report::from_iter([of_error(config, &error)]),
    }
}

/// The finding for an error.
pub(crate) fn of_error(config: &Config, error: &Error) -> Finding {
    let Some(database) = &config.database else {
        return Finding::of_error(ids::DATABASE_NOT_CONFIGURED, "databases", error);
    };
    match error {
        Error::Databases(source) => {
            databases::of_error(&database.server(&config.host.alias), source)
        }
        Error::NoneWanted { .. } | Error::NotConfigured => {
            Finding::fail(ids::DATABASE_NONE_NAMED, "databases", error.to_string())
        }
        Error::Headers(_) => {
            Finding::of_error(ids::DATABASE_NAMES_UNSEEN, database.container.to_string(), error)
        }
    }
}

/// The steps of [`ensure`]; none where PostgreSQL refuses changes, for which there is a finding.
pub async fn plan(world: &World, config: &Config) -> Result<Vec<Step>, Error> {
    Ok(databases::plan(world, &wanted(world, config).await?).await?)
}

/// Creates what is missing. Running it twice has the same effect as once.
///
/// The caller must hold the host's lock: two runs at a time would both find the same thing missing.
pub async fn ensure(
    world: &World,
    config: &Config,
    approval: &Approval,
    progress: &Progress,
) -> Result<Outcome, Error> {
    let spec = wanted(world, config).await?;
    Ok(databases::ensure(world, &spec, approval, progress).await?)
}

/// Why the databases could not be looked at or created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The compose files could not be looked at.
    #[error("could not find out which databases are needed")]
    Headers(#[source] HeadersError),
    /// The settings name no database server.
    #[error(
        "hemma.toml names no database server; add [database] with `container`, `role` and \
         `password_key`"
    )]
    NotConfigured,
    /// No database is named.
    #[error("neither the compose files on {host} nor [database] databases name a database: {said}")]
    NoneWanted {
        /// The host.
        host: Host,
        /// The last message about a file that could not be read.
        said: String,
    },
    /// PostgreSQL could not be looked at, or a statement failed.
    #[error(transparent)]
    Databases(#[from] databases::Error),
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Headers(source) => source.classify(),
            Self::NotConfigured => ErrorClass::Usage.without("the message says what to add"),
            Self::NoneWanted { .. } => {
                ErrorClass::NotAsPlanned.without("the message says where a database is named")
            }
            Self::Databases(source) => source.classify(),
        }
    }
}
