//! What this crate proposes to do about its findings and errors.

use std::fmt;

use hemma_core::RemedySet;
use serde::{Deserialize, Serialize};

/// A remedy for a deploy that stopped, or that cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Deploy the application.
    Deploy,
    /// Deploy one stage of the application.
    DeployStage(String),
    /// List the stages of the application.
    ListStages,
    /// Look at everything that the application needs and runs.
    ShowStatus,
    /// Fix what the log of a failed service or build shows, push, and deploy again.
    FixAndDeploy,
    /// Revert the commit: there is no release to go back to.
    RevertAndDeploy,
    /// Go back to a kept release, named by its commit.
    RollBackTo(String),
    /// List the kept releases.
    ListReleases,
    /// See which run holds the lock.
    ShowLock,
    /// Wait until the run that holds the lock has ended; release the lock if that run hangs.
    WaitForLock,
    /// Release the lock if the run that holds it hangs.
    ReleaseLock,
    /// Look at what is live and at what the other run does, and start again.
    LookAgain,
    /// Deploy with the images that tags name in their registries now.
    DeployAndPull,
    /// Finish a deploy that did not pass its gate, or go back.
    FinishOrRollBack,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deploy => f.write_str("deploy the application"),
            Self::DeployStage(stage) => write!(f, "deploy stage {stage}"),
            Self::ListStages => f.write_str("list the stages"),
            Self::ShowStatus => f.write_str("look at the state of the application"),
            Self::FixAndDeploy => {
                f.write_str("fix the error that its last lines show, push, and deploy again")
            }
            Self::RevertAndDeploy => f.write_str(
                "revert the commit in the repository, push it, and deploy: each release that \
                 turns healthy is kept",
            ),
            Self::RollBackTo(commit) => write!(f, "roll back to {commit}"),
            Self::ListReleases => f.write_str("list the kept releases"),
            Self::ShowLock => f.write_str("see which run holds the lock"),
            Self::WaitForLock => f.write_str(
                "run it again when the other run has ended; release the lock if that run \
                 hangs",
            ),
            Self::ReleaseLock => f.write_str(
                "wait until the run that holds the lock has ended; release the lock if that \
                 run hangs",
            ),
            Self::LookAgain => f.write_str(
                "look at what is live and at what the other run does, then run it again",
            ),
            Self::DeployAndPull => f.write_str(
                "deploy once with the images that the tags name now, or name them by digest in the \
                 compose files",
            ),
            Self::FinishOrRollBack => f.write_str("deploy again to finish it, or roll back"),
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-deploy";
}
