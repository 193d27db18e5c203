//! Noting the commit of single services, between two releases.

use hemma_core::names::{CheckoutPath, ServiceName};
use hemma_core::script::UNCUT;
use hemma_core::{
    Cancel, Change, Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded,
    OperatorError, Place, Progress, storage,
};
use serde::{Deserialize, Serialize};

use hemma_git::checkout::short;

/// A name that git refuses is left out: its image is built once too often, from the cache.
const NOTE: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
commit=$2
shift 2
for service do
    git check-ref-format "refs/hemma/services/$service" || continue
    uncut git -C "$d" update-ref "refs/hemma/services/$service" "$commit" || exit 72
done
exit 0
"#;

/// Notes the commit of some services, when not all of the application was brought to it: as
/// `refs/hemma/services/NAME` in the repository on the host. The next release clears the notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The commit.
    pub commit: String,
    /// The services.
    pub services: Vec<ServiceName>,
}

/// Why the commit was not noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteError {
    /// The command's answer is not known.
    #[error("could not find out whether {host} recorded what runs")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// git failed.
    #[error("{host} could not record what runs: {said}")]
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

impl OperatorError for NoteError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => storage::classify(ErrorClass::NotAsPlanned, host, said),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Change for Note {
    const KIND: &'static str = "release.note";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = ();
    type Error = NoteError;

    fn describe(&self) -> String {
        format!("record {} as what {} run", short(&self.commit), self.services.join(", "))
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), NoteError> {
        let host = self.host.clone();
        let parameters = [self.checkout.to_string(), self.commit.clone()].into_iter();
        let command = Command::script(
            &format!("{UNCUT}{NOTE}"),
            parameters.chain(self.services.iter().map(ToString::to_string)),
        );
        match live.run(&Place::On(host.clone()), &command.named("note-services")).await {
            Err(source) => Err(NoteError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(NoteError::Failed { host, said: output.last_words().to_owned() }),
        }
    }
}
