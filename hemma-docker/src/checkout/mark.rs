//! Remembering which commit was deployed.

use hemma_core::config::CheckoutPath;
use hemma_core::{Change, Command, Cut, ExecError, Host, Live, NotRecorded, Place, Progress};
use serde::{Deserialize, Serialize};

const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
git -C "$d" update-ref refs/hemma/deployed HEAD
"#;

/// Notes the checked-out commit as the one that runs and passed its gate, as a ref of the
/// repository itself. What changed since then is what the next plan has to build; a deploy that
/// was killed on the way leaves the ref where it was, and so loses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
}

/// Why it was not noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum MarkError {
    /// The command's answer is not known.
    #[error("could not note the deployed commit on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// git said no.
    #[error("could not note the deployed commit on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// Its last words.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Change for Mark {
    const KIND: &'static str = "checkout.mark";
    const CUT: Cut = Cut::AfterwardsOnly;
    type Receipt = ();
    type Error = MarkError;

    fn describe(&self) -> String {
        "note this commit as the deployed one".to_owned()
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), MarkError> {
        let host = self.host.clone();
        let command = Command::script(SCRIPT, [self.checkout.as_str()]).named("mark-deployed");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(MarkError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(MarkError::Failed { host, said: output.last_words().to_owned() }),
        }
    }
}
