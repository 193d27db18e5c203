//! Where a deploy stopped.

use hemma_core::{Hint, Host};

use crate::checkout::{self, CloneError, LookError, PullError};
use crate::compose::{BuildError, ModelError, Refusal, UpError};
use crate::engine::EngineError;
use crate::lock::{Holder, LockError, shown};
use crate::network;
use crate::release::{KeepError, NoteError, ReleasesError, RestoreError, WithdrawError};
use crate::storage;

/// Why a rollout stopped on its way. What is behind the step that failed was done, what is in
/// front of it was not.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The checkout.
    #[error("stopped at the checkout")]
    Checkout(#[source] checkout::Error),
    /// The state of the checkout is not known.
    #[error("could not look at the checkout")]
    LookCheckout(#[source] LookError),
    /// The network.
    #[error("stopped at the network")]
    Network(#[source] network::Error),
    /// The build.
    #[error("stopped at the build; what ran before still runs")]
    Build(#[source] BuildError),
    /// The containers.
    #[error("stopped while bringing services up")]
    Up(#[source] UpError),
    /// The engine could not be asked.
    #[error("could not ask the engine")]
    Engine(#[source] EngineError),
    /// The compose files could not be asked for.
    #[error("could not look at the compose files")]
    Model(#[source] ModelError),
    /// Compose refused its files.
    #[error("the compose files cannot be used: {}", .0.said)]
    Refused(Refusal),
    /// The release could not be kept.
    #[error("the services are healthy, and the release could not be kept")]
    Keep(#[source] KeepError),
    /// What the services run could not be noted.
    #[error("the services are healthy, and it could not be noted what they run")]
    Note(#[source] NoteError),
    /// Somebody else is at work.
    #[error("nothing was changed: the lock is held by {}", shown(.0.as_ref()))]
    Locked(Option<Holder>),
    /// It is not known whether somebody else is at work.
    #[error("nothing was changed")]
    Lock(#[source] LockError),
    /// Between the plan that was shown and the lock, the host or the remote changed: in these steps.
    #[error("nothing was changed: the plan that was shown is no longer the one to carry out")]
    Moved(Vec<String>),
    /// The kept releases are not known.
    #[error("could not look for a release to go back to")]
    Releases(#[source] ReleasesError),
    /// There is no such release.
    #[error("there is no kept release {asked}; there are {known}")]
    NoRelease {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// The way back.
    #[error("stopped on the way back")]
    Restore(#[source] RestoreError),
    /// The way back.
    #[error("stopped on the way back")]
    Withdraw(#[source] WithdrawError),
    /// No such service.
    #[error("there is no service `{name}`; there are {known}")]
    NoService {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

impl Error {
    /// Lines that show the cause, e.g. the end of a failed build.
    pub fn evidence(&self) -> &[String] {
        match self {
            Self::Build(BuildError::Failed { last_lines, .. })
            | Self::Up(UpError::Failed { last_lines, .. })
            | Self::Moved(last_lines) => last_lines,
            _ => &[],
        }
    }

    /// The next thing to do.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Refused(refusal) => refusal.hint(),
            other => other.host_said().and_then(|(host, said)| storage::hint(host, said)),
        }
    }

    /// The words of the host that refused a change.
    fn host_said(&self) -> Option<(&Host, &str)> {
        match self {
            Self::Checkout(
                checkout::Error::Clone(CloneError::Failed { host, said, .. })
                | checkout::Error::Pull(PullError::Failed { host, said, .. }),
            )
            | Self::Lock(LockError::Refused { host, said })
            | Self::Keep(KeepError::Failed { host, said })
            | Self::Restore(RestoreError::Failed { host, said, .. }) => Some((host, said)),
            _ => None,
        }
    }

    /// Whether it was looked and found wrong, as opposed to not known.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Build(BuildError::Failed { .. })
            | Self::Up(UpError::Failed { .. })
            | Self::Refused(_)
            | Self::NoService { .. }
            | Self::NoRelease { .. }
            | Self::Locked(_)
            | Self::Moved(_)
            | Self::Lock(LockError::Refused { .. })
            | Self::Keep(KeepError::Failed { .. })
            | Self::Note(NoteError::Failed { .. })
            | Self::Restore(RestoreError::Failed { .. })
            | Self::Withdraw(WithdrawError::Failed { .. }) => true,
            Self::Checkout(error) => error.is_known(),
            _ => false,
        }
    }
}
