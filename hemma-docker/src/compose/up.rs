//! Creating, recreating and starting the containers of services.

use std::time::Duration;

use hemma_core::names::ServiceName;
use hemma_core::{
    Cancel, Change, Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded,
    OperatorError, Place, Progress,
};
use serde::{Deserialize, Serialize};

use super::ComposeFiles;
use super::said::{last_lines, news};

/// The number of Compose's last lines that are kept.
const LAST_LINES: usize = 20;

/// Brings exactly these services to what the files say: no other service is touched, no image is
/// built. A container that was made from another checkout is not touched either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Up {
    /// The compose files.
    pub files: ComposeFiles,
    /// The services, never empty.
    pub services: Vec<ServiceName>,
    /// Recreates containers even if nothing about them changed, e.g. for a changed `.env`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
}

/// Why services were not brought up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UpError {
    /// The command's answer is not known.
    #[error("could not find out whether the services on {host} came up")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// Compose failed.
    #[error("the services on {host} did not come up: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
        /// The last lines of its output.
        last_lines: Vec<String>,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for UpError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { .. } => {
                ErrorClass::NotAsPlanned.without("the last lines of Compose are shown")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Up {
    fn command(&self) -> Command {
        let mut command = self
            .files
            .command_on(&self.services, "bring-up")
            .args(["--progress", "plain", "up", "--detach", "--no-build", "--no-deps"])
            .limit(Duration::from_secs(60 * 60));
        if self.force {
            command = command.arg("--force-recreate");
        }
        command.arg("--").args(self.services.iter().cloned())
    }
}

impl Change for Up {
    const KIND: &'static str = "compose.up";
    /// A cut in the middle would leave containers that were removed and not yet replaced.
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = ();
    type Error = UpError;

    fn describe(&self) -> String {
        format!("bring up {}", self.services.join(", "))
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), UpError> {
        let host = self.files.host.clone();
        let command = self.command();
        match live.run_telling(&Place::On(host.clone()), &command, &news(progress)).await {
            Err(source) => Err(UpError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let said = output.last_words().to_owned();
                let last_lines = last_lines(&output.stderr, LAST_LINES);
                Err(UpError::Failed { host, said, last_lines })
            }
        }
    }
}
