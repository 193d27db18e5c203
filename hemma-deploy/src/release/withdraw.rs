//! Removing the containers of services that a release does not have.

use hemma_core::names::ServiceName;
use hemma_core::{
    Cancel, Change, Classified, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError,
    Place, Progress, storage,
};
use serde::{Deserialize, Serialize};

use hemma_docker::compose::ComposeFiles;

/// Stops and removes the containers of services, by the files that still name them. Volumes stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdraw {
    /// The compose files.
    pub files: ComposeFiles,
    /// The services, never empty.
    pub services: Vec<ServiceName>,
}

/// Why the services were not removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WithdrawError {
    /// The command's answer is not known.
    #[error("could not confirm that the services were removed on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// Compose failed.
    #[error("the services on {host} were not removed: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for WithdrawError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => storage::classify(ErrorClass::NotAsPlanned, host, said),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Change for Withdraw {
    const KIND: &'static str = "release.withdraw";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = ();
    type Error = WithdrawError;

    fn describe(&self) -> String {
        format!("remove {}", self.services.join(", "))
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), WithdrawError> {
        let host = self.files.host.clone();
        let command = self.files.command_on(&self.services, "withdraw");
        let command =
            command.args(["rm", "--stop", "--force", "--"]).args(self.services.iter().cloned());
        match live.run_telling(&Place::On(host.clone()), &command, progress).await {
            Err(source) => Err(WithdrawError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(WithdrawError::Failed { host, said: output.last_words().to_owned() }),
        }
    }
}
