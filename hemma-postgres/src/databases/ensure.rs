//! Making the role and the databases that an application needs.

use hemma_core::{Approval, Classified, OperatorError, Progress, World};

use super::{DatabaseError, DatabaseSpec, Databases, LookDatabases, Step, TakeStep, steps};

/// Looks at PostgreSQL.
pub async fn look(world: &World, spec: &DatabaseSpec) -> Result<Databases, Error> {
    world.ask(&question(spec)).await.map_err(Error::Look)
}

fn question(spec: &DatabaseSpec) -> LookDatabases {
    LookDatabases {
        server: spec.server.clone(),
        checkout: spec.checkout.clone(),
        role: spec.role.clone(),
        password_key: spec.password_key.clone(),
        wanted: spec.databases.clone(),
    }
}

/// What [`ensure`] would do; nothing where PostgreSQL takes no changes from us, for which there is a
/// finding.
pub async fn plan(world: &World, spec: &DatabaseSpec) -> Result<Vec<Step>, Error> {
    Ok(missing(spec, &look(world, spec).await?))
}

/// What would be done about what was seen.
pub fn missing(spec: &DatabaseSpec, seen: &Databases) -> Vec<Step> {
    if seen.read_only || !seen.may_create {
        return Vec::new();
    }
    steps(seen, &spec.role, &spec.databases)
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
    spec: &DatabaseSpec,
    approval: &Approval,
    progress: &Progress,
) -> Result<Outcome, Error> {
    let seen = world.ask_again(&question(spec)).await.map_err(Error::Look)?;
    let steps = steps(&seen, &spec.role, &spec.databases);
    if steps.is_empty() {
        return Ok(Outcome::Already);
    }
    take(world, spec, &steps, approval, progress).await?;
    Ok(Outcome::Mended(steps))
}

/// Takes these steps.
pub async fn take(
    world: &World,
    spec: &DatabaseSpec,
    steps: &[Step],
    approval: &Approval,
    progress: &Progress,
) -> Result<(), Error> {
    let role = &spec.role;
    for step in steps {
        progress.line(&step.statement(role));
        let change = TakeStep {
            server: spec.server.clone(),
            checkout: spec.checkout.clone(),
            role: role.clone(),
            password_key: spec.password_key.clone(),
            step: step.clone(),
        };
        let taken = world.apply(&change, approval, &Progress::silent()).await;
        taken.map_err(|source| Error::Step { statement: step.statement(role), source })?;
    }
    Ok(())
}

/// Why it is not known how the databases stand, or why they were not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Look(source) | Self::Step { source, .. } => source.classify(),
        }
    }
}
