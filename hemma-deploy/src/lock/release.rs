//! The end of a run that has the lock.

use hemma_core::Host;
use hemma_core::names::ProjectName;
use serde::Serialize;

use super::outcome::RunOutcome;

/// Releases the lock. It would end with the run anyway; this waits until it is released.
#[derive(Debug, Clone, Serialize)]
pub struct Release {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The outcome of the run, for the history.
    #[serde(skip)]
    pub outcome: Option<RunOutcome>,
}
