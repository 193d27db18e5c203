//! Which databases are wanted, and making them.

use hemma_core::config::PgName;
use hemma_core::{Approval, Config, Host, Progress, World};
use hemma_git::Tree;

use super::{DatabaseError, Databases, LookDatabases, Server, Step, TakeStep, steps};
use crate::compose::{ComposeFiles, Layers};
use crate::env_file::{HeadersError, LookHeaders};

/// The databases that an application needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted(pub Vec<PgName>);

/// Reads which databases are wanted: those that the compose files of the checkout name in their
/// headers, and those of `[database] databases`.
pub async fn wanted(world: &World, config: &Config) -> Result<Wanted, Error> {
    wanted_in(world, config, Tree::Checkout).await
}

/// The same for another state of the repository.
pub(crate) async fn wanted_in(world: &World, config: &Config, tree: Tree) -> Result<Wanted, Error> {
    let files = ComposeFiles::new(config, Layers::Main);
    let host = files.host.clone();
    let headers = world.ask(&LookHeaders { files, tree }).await.map_err(Error::Headers)?;
    let mut names = headers.header.databases;
    let own = config.database.databases.iter().filter(|it| !names.contains(it)).cloned();
    names.extend(own.collect::<Vec<_>>());
    if names.is_empty() {
        return Err(Error::NoneWanted { host, said: headers.said });
    }
    Ok(Wanted(names))
}

/// Looks at PostgreSQL.
pub async fn look(world: &World, config: &Config, wanted: &Wanted) -> Result<Databases, Error> {
    world.ask(&question(config, wanted)).await.map_err(Error::Look)
}

fn question(config: &Config, wanted: &Wanted) -> LookDatabases {
    LookDatabases {
        server: Server::new(config),
        checkout: config.host.checkout.clone(),
        role: config.database.role.clone(),
        password_key: config.database.password_key.clone(),
        wanted: wanted.0.clone(),
    }
}

/// What [`ensure`] would do; nothing where PostgreSQL takes no changes from us, for which there is a
/// finding.
pub async fn plan(world: &World, config: &Config) -> Result<Vec<Step>, Error> {
    let wanted = wanted(world, config).await?;
    let seen = look(world, config, &wanted).await?;
    Ok(missing(config, &seen, &wanted))
}

/// What would be done about what was seen.
pub(crate) fn missing(config: &Config, seen: &Databases, wanted: &Wanted) -> Vec<Step> {
    if seen.read_only || !seen.may_create {
        return Vec::new();
    }
    steps(seen, &config.database.role, &wanted.0)
}

/// What [`ensure`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All was there.
    Already,
    /// These steps were taken.
    Mended(Vec<Step>),
}

/// Makes what is missing. Running it twice is the same as once.
///
/// Two at a time would both find the same thing missing; whoever runs it holds the host's lock.
pub async fn ensure(
    world: &World,
    config: &Config,
    approval: &Approval,
    progress: &Progress,
) -> Result<Outcome, Error> {
    let wanted = wanted(world, config).await?;
    let seen = world.ask_again(&question(config, &wanted)).await.map_err(Error::Look)?;
    let role = &config.database.role;
    let steps = steps(&seen, role, &wanted.0);
    if steps.is_empty() {
        return Ok(Outcome::Already);
    }
    take(world, config, &steps, approval, progress).await?;
    Ok(Outcome::Mended(steps))
}

/// Takes these steps.
pub(crate) async fn take(
    world: &World,
    config: &Config,
    steps: &[Step],
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    let role = &config.database.role;
    for step in steps {
        progress.line(&step.statement(role));
        let change = TakeStep {
            server: Server::new(config),
            checkout: config.host.checkout.clone(),
            role: role.clone(),
            password_key: config.database.password_key.clone(),
            step: step.clone(),
        };
        let taken = world.apply(&change, approval, &Progress::silent()).await;
        taken.map_err(|source| Error::Step { statement: step.statement(role), source })?;
    }
    Ok(())
}

/// Why the databases are not known to be there, or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The compose files could not be looked at.
    #[error("could not learn which databases are wanted")]
    Headers(#[source] HeadersError),
    /// Nothing says which databases there should be.
    #[error("neither the compose files on {host} nor [database] databases name a database: {said}")]
    NoneWanted {
        /// The host.
        host: Host,
        /// What reading them said last.
        said: String,
    },
    /// PostgreSQL could not be looked at.
    #[error("could not look at the databases")]
    Look(#[source] DatabaseError),
    /// A statement failed. Those before it hold; running it again goes on from there.
    #[error("`{statement}` failed")]
    Step {
        /// The statement, without a password.
        statement: String,
        /// Why.
        source: DatabaseError,
    },
}

impl Error {
    /// Whether it was looked and found wrong, as opposed to not known.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Headers(_) => false,
            Self::NoneWanted { .. } => true,
            Self::Look(source) | Self::Step { source, .. } => source.is_known(),
        }
    }

    /// The one thing to try next.
    pub fn hint(&self) -> Option<hemma_core::Hint> {
        match self {
            Self::Look(source) | Self::Step { source, .. } => source.hint(),
            Self::Headers(HeadersError::Ask { source, .. }) => source.hint(),
            Self::Headers(_) | Self::NoneWanted { .. } => None,
        }
    }
}
