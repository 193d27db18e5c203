//! The first checkout.

use std::time::Duration;

use hemma_core::config::CheckoutPath;
use hemma_core::{
    Change, Command, Cut, ExecError, Extent, Host, Live, NotRecorded, Place, Progress,
};
use serde::{Deserialize, Serialize};

use crate::scratch::UNCUT;

/// Cloned beside the checkout and moved into place, so that a killed clone leaves no half of a
/// repository there. The checkout may hold a `.env` already: only `.git` is moved in, and git lays
/// out the files around it, refusing to overwrite any. What a killed run left beside it is ours by
/// its name, and removed. From the move on it is ended whatever becomes of the connection: half of a
/// tree would look like somebody's work.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="ssh -o BatchMode=yes" LC_ALL=C.UTF-8
set -e
[ ! -e "$d/.git" ] || { echo "$d is a repository already" >&2; exit 72; }
mkdir -p "$d"
w=$d/.hemma-clone
rm -rf "$w"
trap 'rm -rf "$w"' EXIT
trap 'exit 75' TERM INT HUP PIPE
git clone --no-checkout --origin origin --branch "$3" -- "$2" "$w"
uncut
mv "$w/.git" "$d/.git"
rm -rf "$w"
uncut git -C "$d" checkout --quiet "$3" -- || { mv "$d/.git" "$w.git" && rm -rf "$w.git"; exit 73; }
"#;

/// Clones the repository into the checkout directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clone {
    /// The host.
    pub host: Host,
    /// Where to.
    pub checkout: CheckoutPath,
    /// Where from.
    pub remote: String,
    /// The branch.
    pub branch: String,
}

/// Why there is no clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CloneError {
    /// The command's answer is not known.
    #[error("could not learn whether {host} cloned {remote}")]
    Ask {
        /// The host.
        host: Host,
        /// Where from.
        remote: String,
        /// Why not.
        source: ExecError,
    },
    /// git said no.
    #[error("{host} could not clone {remote}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// Where from.
        remote: String,
        /// Its last words.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Change for Clone {
    const KIND: &'static str = "checkout.clone";
    const CUT: Cut = Cut::AtOnce;
    type Receipt = ();
    type Error = CloneError;

    fn describe(&self) -> String {
        format!("clone branch {} of {} to {}", self.branch, self.remote, self.checkout)
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), CloneError> {
        let (host, remote) = (self.host.clone(), self.remote.clone());
        let parameters = [self.checkout.as_str(), &self.remote, &self.branch];
        let command = Command::script(&format!("{UNCUT}{SCRIPT}"), parameters)
            .named("clone")
            .limit(Duration::from_secs(30 * 60));
        match live.run_telling(&Place::On(host.clone()), &command, progress).await {
            Err(source) => Err(CloneError::Ask { host, remote, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let said = output.last_words().to_owned();
                Err(CloneError::Failed { host, remote, said })
            }
        }
    }

    /// What failed was put away.
    fn extent(outcome: Result<&(), &CloneError>) -> Extent {
        let known = |it: &CloneError| matches!(it, CloneError::Failed { .. });
        outcome.map_or_else(|it| Extent::of_failure(known(it)), |()| Extent::Whole)
    }
}
