//! The errors of a deploy.

use hemma_core::{Classified, ErrorClass, ExecError, Hint, Host, OperatorError, Suggestions};
use hemma_docker::EngineError;
use hemma_docker::compose::{BuildError, ModelError, PullError, Refusal, UpError};
use hemma_docker::network;
use hemma_git::checkout::{self, LookError};

use crate::lock::{Holder, LockError, UnprovenError, shown};
use crate::release::{ArmError, KeepError, NoteError, ReleasesError, RestoreError, WithdrawError};
use crate::{Remedy, shared_db};

const MOVED: &str = "the same command again shows the plan as it is now";

/// Why a rollout stopped. The steps before the failed one were done, the steps after it were not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The checkout could not be updated.
    #[error("stopped at the checkout")]
    Checkout(#[source] checkout::Error),
    /// The state of the checkout is not known.
    #[error("could not look at the checkout")]
    LookCheckout(#[source] LookError),
    /// The network could not be created.
    #[error("stopped at the network")]
    Network(#[source] network::Error),
    /// The watchdog that `hemma.toml` asks for could not be armed.
    #[error("nothing was changed")]
    Arm(#[source] ArmError),
    /// A statement for the databases failed. The databases that were made stay and do no harm.
    #[error("stopped at the databases")]
    Databases(#[source] shared_db::Error),
    /// An image could not be pulled.
    #[error("stopped at the images; what ran before still runs")]
    PullImages(#[source] PullError),
    /// The build failed.
    #[error("stopped at the build; what ran before still runs")]
    Build(#[source] BuildError),
    /// The containers could not be brought up.
    #[error("stopped while bringing services up")]
    Up(#[source] UpError),
    /// The engine could not be asked.
    #[error("could not ask the engine")]
    Engine(#[source] EngineError),
    /// The compose files could not be resolved.
    #[error("could not look at the compose files")]
    Model(#[source] ModelError),
    /// Compose refused its files.
    #[error("the compose files cannot be used: {}", .0.said)]
    Refused(Refusal),
    /// The release could not be kept.
    #[error("the services are healthy, but keeping the release for a rollback failed")]
    Keep(#[source] KeepError),
    /// The commit of the services could not be noted.
    #[error("the services are healthy, but recording the release failed")]
    Note(#[source] NoteError),
    /// Another run holds the lock.
    #[error("nothing was changed: the lock is held by {}", shown(.0.as_ref()))]
    Locked(Option<Holder>),
    /// Another operator released this run's lock by force, or its process on the host is gone.
    #[error("stopped before the next change: the lock on {host} is no longer this run's: {said}")]
    LostLock {
        /// The host.
        host: Host,
        /// The operator who released it, or how the process ended.
        said: String,
    },
    /// It is not known whether another run holds the lock.
    #[error("nothing was changed")]
    Lock(#[source] LockError),
    /// The host or the remote changed between the shown plan and the lock: in these steps.
    #[error("nothing was changed: the plan that was shown is out of date")]
    Moved(Vec<String>),
    /// The kept releases are not known.
    #[error("could not look for a release to go back to")]
    Releases(#[source] ReleasesError),
    /// Whether the last run passed its gate is not known.
    #[error("could not look for a release to go back to")]
    Unproven(#[source] UnprovenError),
    /// It is not known whether a rollback was cut.
    #[error("could not find out which of two commits is the older one")]
    Ancestry(#[source] ExecError),
    /// The requested release is not kept.
    #[error("there is no kept release of `{asked}`; {known}")]
    NoRelease {
        /// The requested release.
        asked: String,
        /// The kept releases, newest first.
        known: Suggestions,
    },
    /// There is no release but the one that runs, or none at all.
    #[error("there is no release before the one that is deployed; {0}")]
    NoEarlierRelease(Suggestions),
    /// The release could not be restored.
    #[error("the rollback stopped")]
    Restore(#[source] RestoreError),
    /// The services could not be removed.
    #[error("the rollback stopped")]
    Withdraw(#[source] WithdrawError),
    /// The requested service does not exist.
    #[error("there is no service `{name}`; {known}")]
    NoService {
        /// The requested service.
        name: String,
        /// The existing services.
        known: Suggestions,
    },
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Checkout(source) => source.classify(),
            Self::LookCheckout(source) => source.classify(),
            Self::Network(source) => source.classify(),
            Self::Arm(source) => source.classify(),
            Self::Databases(source) => source.classify(),
            Self::PullImages(source) => source.classify(),
            Self::Build(source) => source.classify(),
            Self::Up(source) => source.classify(),
            Self::Engine(source) => source.classify(),
            Self::Model(source) => source.classify(),
            Self::Refused(refusal) => {
                ErrorClass::NotAsPlanned.with_any(refusal.hint(), "Compose's words name the place")
            }
            Self::Keep(source) => source.classify(),
            Self::Note(source) => source.classify(),
            Self::Locked(_) => ErrorClass::NotAsPlanned.with(Remedy::WaitForLock),
            Self::LostLock { .. } => ErrorClass::Unknown.with(Remedy::LookAgain),
            Self::Lock(source) => source.classify(),
            Self::Moved(_) => ErrorClass::NotAsPlanned.with(Hint::Do(MOVED.to_owned())),
            Self::Releases(source) => source.classify(),
            Self::Unproven(source) => source.classify(),
            Self::Ancestry(source) => source.classify(),
            Self::NoRelease { known, .. } => ErrorClass::NotAsPlanned.with(match known.nearest() {
                Some(commit) => Remedy::RollBackTo(commit.to_owned()),
                None => Remedy::ListReleases,
            }),
            Self::NoEarlierRelease(_) => ErrorClass::NotAsPlanned.with(Remedy::RevertAndDeploy),
            Self::Restore(source) => source.classify(),
            Self::Withdraw(source) => source.classify(),
            Self::NoService { known, .. } => {
                ErrorClass::NotAsPlanned.with(known.hint(Remedy::ShowStatus))
            }
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Build(BuildError::Failed { last_lines, .. })
            | Self::Up(UpError::Failed { last_lines, .. })
            | Self::Moved(last_lines) => last_lines.clone(),
            _ => Vec::new(),
        }
    }
}

impl Error {
    /// The error, or that the lock was lost, if that is the cause: then no step was begun whose end
    /// is unknown.
    pub(super) fn or_lost_lock(self) -> Self {
        let mut causes =
            std::iter::successors(Some(&self as &dyn std::error::Error), |it| it.source());
        let lost = causes.find_map(|it| match it.downcast_ref() {
            Some(ExecError::LockLost { host, said, .. }) => Some((host.clone(), said.clone())),
            _ => None,
        });
        lost.map_or(self, |(host, said)| Self::LostLock { host, said })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The operator's view: the error, and the hint.
    fn read(error: &Error) -> (String, String) {
        (error.to_string(), error.hint().map(|it| it.to_string()).unwrap_or_default())
    }

    #[test]
    fn what_was_asked_for_and_is_not_there_is_an_error_with_a_next_command() {
        let service = |name: &str| Error::NoService {
            name: name.to_owned(),
            known: Suggestions::new(name, ["kafka", "redis"]),
        };
        let release = |asked: &str| Error::NoRelease {
            asked: asked.to_owned(),
            known: Suggestions::new(asked, ["1f0c2a9be4", "77aa01c3d5"]),
        };
        let rows = [
            (
                service("redsi"),
                "there is no service `redsi`; there are redis, kafka",
                "did you mean `redis`? otherwise, look at the state of the application",
            ),
            (
                service("nginx"),
                "there is no service `nginx`; there are kafka, redis",
                "look at the state of the application",
            ),
            (
                release("77aa01c3d4"),
                "there is no kept release of `77aa01c3d4`; there are 77aa01c3d5, 1f0c2a9be4",
                "roll back to 77aa01c3d5",
            ),
            (
                release("e52b"),
                "there is no kept release of `e52b`; there are 1f0c2a9be4, 77aa01c3d5",
                "list the kept releases",
            ),
            (
                Error::NoEarlierRelease(Suggestions::new("", ["1f0c2a9be4"])),
                "there is no release before the one that is deployed; there is 1f0c2a9be4",
                "revert the commit in the repository, push it, and deploy: each release that \
                 turns healthy is kept",
            ),
        ];
        for (error, said, next) in rows {
            assert_eq!(read(&error), (said.to_owned(), next.to_owned()));
        }
        let locked = read(&Error::Locked(None));
        assert!(locked.1.contains("release the lock"), "{}", locked.1);
    }
}
