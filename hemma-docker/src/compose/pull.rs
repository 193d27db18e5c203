//! Pulling the images of services that no build makes.

use std::time::Duration;

use hemma_core::names::ServiceName;
use hemma_core::{
    Cancel, Change, Classified, Command, ErrorClass, ExecError, Hint, Host, Live, NotRecorded,
    OperatorError, Place, Progress,
};
use serde::{Deserialize, Serialize};

use super::ComposeFiles;
use super::build::keeping_what_runs;
use super::said::{last_lines, news};
use crate::registry::{Reason, registry_of};

/// The number of Compose's last lines that are kept.
const LAST_LINES: usize = 10;

/// Pulls the images of some services from their registries, with the credentials that the engine's
/// command line has on the host. Running containers keep the image that they have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullImages {
    /// The compose files.
    pub files: ComposeFiles,
    /// The services, never empty.
    pub services: Vec<ServiceName>,
    /// The names of their images.
    pub images: Vec<String>,
}

/// Why images were not pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PullError {
    /// The command's answer is not known.
    #[error("could not find out whether the images were pulled on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// Compose could not pull one of the images.
    #[error("could not pull {} on {host}: {said}", images.join(", "))]
    Failed {
        /// The host.
        host: Host,
        /// The images that were asked for.
        images: Vec<String>,
        /// The last line of Compose's output.
        said: String,
        /// The last lines of its output.
        last_lines: Vec<String>,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for PullError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { images, said, .. } => {
                let registry = images.first().map(|it| registry_of(it));
                let hint = Reason::read(said).and_then(|it| it.hint(registry?));
                let usual = || Hint::Do("the last lines of Compose say why".to_owned());
                ErrorClass::NotAsPlanned.with(hint.unwrap_or_else(usual))
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl PullImages {
    fn command(&self) -> Command {
        keeping_what_runs(&self.files, &self.services)
            .named("pull-images")
            .args(["--progress", "plain", "pull", "--"])
            .args(self.services.iter().cloned())
            .limit(Duration::from_secs(2 * 60 * 60))
    }
}

impl Change for PullImages {
    const KIND: &'static str = "compose.pull";
    /// A pull may be cut at once: an image has its name only when all of it is there.
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = PullError;

    fn describe(&self) -> String {
        format!("pull {}", self.images.join(", "))
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), PullError> {
        let host = self.files.host.clone();
        let command = self.command();
        match live.run_telling(&Place::On(host.clone()), &command, &news(progress)).await {
            Err(source) => Err(PullError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let said = output.last_words().to_owned();
                let last_lines = last_lines(&output.stderr, LAST_LINES);
                Err(PullError::Failed { host, images: self.images.clone(), said, last_lines })
            }
        }
    }
}
