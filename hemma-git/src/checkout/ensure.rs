//! Brings the checkout to the tip of its branch.

use hemma_core::{
    Approval, Classified, ErrorClass, Finding, OperatorError, Progress, Verdict, World,
};

use super::state::{Checkout, Relation, Tip};
use super::verify::{findings, short};
use super::{CheckoutSpec, Clone, CloneError, LookError, Pull, PullError, look};

/// The result of [`ensure`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The checkout was at the tip of its branch already.
    Already,
    /// The repository was cloned.
    Cloned,
    /// The checkout moved forward to this commit.
    Pulled(String),
}

/// Why the checkout is not at the tip of its branch.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state of the checkout is not known.
    #[error("could not bring the checkout up to date")]
    Look(#[source] LookError),
    /// A person has to repair the state of the checkout.
    #[error("the checkout cannot be brought up to date: {}", .0.detail)]
    Refused(Box<Finding>),
    /// The clone failed.
    #[error("could not bring the checkout up to date")]
    Clone(#[source] CloneError),
    /// The move forward failed.
    #[error("could not bring the checkout up to date")]
    Pull(#[source] PullError),
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Look(source) => source.classify(),
            Self::Refused(finding) => {
                let class = if finding.verdict == Verdict::Fail {
                    ErrorClass::NotAsPlanned
                } else {
                    ErrorClass::Unknown
                };
                class.with_any(finding.hint.clone(), "the finding says what is in the way")
            }
            Self::Clone(source) => source.classify(),
            Self::Pull(source) => source.classify(),
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Refused(finding) => finding.evidence.clone(),
            Self::Look(_) | Self::Clone(_) | Self::Pull(_) => Vec::new(),
        }
    }
}

/// The way of a checkout to the tip of its branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// The repository is cloned.
    Clone(Clone),
    /// The checkout moves forward; with the titles of the incoming commits.
    Pull(Pull, Vec<String>),
}

/// The change that [`ensure`] would make in one line, if any.
pub async fn plan(world: &World, spec: &CheckoutSpec) -> Result<Option<String>, Error> {
    use hemma_core::Change as _;
    let seen = look(world, spec, true).await;
    Ok(next(spec, &seen)?.map(|it| match it {
        Move::Clone(clone) => clone.describe(),
        Move::Pull(pull, _) => pull.describe(),
    }))
}

/// Clones the repository, or moves the checkout forward. A tree that cannot be moved forward is
/// refused.
pub async fn ensure(
    world: &World,
    spec: &CheckoutSpec,
    approval: &Approval,
    progress: &Progress,
) -> Result<Outcome, Error> {
    let seen = look(world, spec, true).await;
    ensure_as_seen(world, spec, &seen, approval, progress).await
}

/// Does the work of [`ensure`] from an earlier look, so that the plan that was shown is carried
/// out.
pub async fn ensure_as_seen(
    world: &World,
    spec: &CheckoutSpec,
    seen: &Result<Checkout, LookError>,
    approval: &Approval,
    progress: &Progress,
) -> Result<Outcome, Error> {
    match next(spec, seen)? {
        None => Ok(Outcome::Already),
        Some(Move::Clone(clone)) => {
            world.apply(&clone, approval, progress).await.map_err(Error::Clone)?;
            Ok(Outcome::Cloned)
        }
        Some(Move::Pull(pull, _)) => {
            world.apply(&pull, approval, progress).await.map_err(Error::Pull)?;
            Ok(Outcome::Pulled(short(&pull.to).to_owned()))
        }
    }
}

fn next(spec: &CheckoutSpec, seen: &Result<Checkout, LookError>) -> Result<Option<Move>, Error> {
    let seen = seen.as_ref().map_err(|it| Error::Look(it.clone()))?;
    let wrong = findings(spec, seen).into_iter().find(|it| it.verdict != Verdict::Pass);
    wrong.map_or(Ok(()), |it| Err(Error::Refused(Box::new(it))))?;
    Ok(movement(spec, seen))
}

/// The way from a state that was seen to the tip of the branch.
pub fn movement(spec: &CheckoutSpec, seen: &Checkout) -> Option<Move> {
    let (host, checkout) = (spec.host.clone(), spec.checkout.clone());
    let branch = spec.branch.clone();
    match seen {
        Checkout::Missing { .. } | Checkout::Plain { .. } => {
            let remote = spec.remote.clone()?;
            Some(Move::Clone(Clone { host, checkout, remote, branch }))
        }
        Checkout::Repository(seen) => {
            let incoming = seen.incoming.as_ref()?;
            let Tip::At(to) = &seen.tip else { return None };
            (incoming.relation == Relation::Behind).then(|| {
                let remote = spec.remote.clone();
                let pull = Pull { host, checkout, branch, to: to.clone(), remote };
                Move::Pull(pull, incoming.commits.clone())
            })
        }
        Checkout::Unusable { .. } => None,
    }
}
