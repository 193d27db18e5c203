//! Makes the role and the databases that an application needs.

use hemma_core::{Approval, Classified, OperatorError, Progress, World};

use super::{DatabaseError, DatabaseSpec, Databases, LookDatabases, Step, TakeStep, steps};

/// Looks at the role and the databases.
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

/// The steps that [`ensure`] would carry out. Empty if PostgreSQL accepts no changes, which is a
/// finding.
pub async fn plan(world: &World, spec: &DatabaseSpec) -> Result<Vec<Step>, Error> {
    Ok(missing(spec, &look(world, spec).await?))
}

/// The steps for a state that was seen.
pub fn missing(spec: &DatabaseSpec, seen: &Databases) -> Vec<Step> {
    if seen.read_only || !seen.may_create {
        return Vec::new();
    }
    steps(seen, &spec.role, &spec.databases)
}

/// The result of [`ensure`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was missing.
    Already,
    /// These steps were carried out.
    Mended(Vec<Step>),
}

/// Makes what is missing. Running it again has no further effect.
///
/// The caller holds the host's lock, since two runs at once would find the same things missing.
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

/// Carries out these steps.
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

/// Why the state of the databases is not known, or why they were not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The look at PostgreSQL failed.
    #[error("could not look at the databases")]
    Look(#[source] DatabaseError),
    /// A statement failed. Earlier ones are done; another run continues from there.
    #[error("`{statement}` failed")]
    Step {
        /// The statement, without a password.
        statement: String,
        /// The reason.
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
