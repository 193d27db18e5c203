//! Where a deploy stopped.

use crate::checkout::{self, LookError, MarkError};
use crate::compose::{BuildError, ModelError, Refusal, UpError};
use crate::engine::EngineError;
use crate::network;

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
    /// The commit could not be noted.
    #[error("the services are healthy, and the commit could not be noted as deployed")]
    Mark(#[source] MarkError),
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
            | Self::Up(UpError::Failed { last_lines, .. }) => last_lines,
            _ => &[],
        }
    }

    /// Whether it was looked and found wrong, as opposed to not known.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Build(BuildError::Failed { .. })
            | Self::Up(UpError::Failed { .. })
            | Self::Refused(_)
            | Self::NoService { .. }
            | Self::Mark(MarkError::Failed { .. }) => true,
            Self::Checkout(error) => error.is_known(),
            _ => false,
        }
    }
}
