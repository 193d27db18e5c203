//! Moving the checkout forward to a commit that was seen before.

use std::time::Duration;

use hemma_core::config::CheckoutPath;
use hemma_core::{Change, Command, Cut, ExecError, Host, Live, NotRecorded, Place, Progress};
use serde::{Deserialize, Serialize};

use super::verify::short;
use crate::storage::PROBE;

/// Moves to the very commit that the plan was made for: what arrived at the remote since is for
/// the next plan. The look before has fetched its objects; should they be gone, they are fetched.
///
/// A merge that is cut, or runs out of space, leaves files of both commits behind. What has begun
/// is therefore ended whatever becomes of the connection, and what failed is put back where nothing
/// of anybody else's lay in the tree. A copy of the index reserves the space for that.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="ssh -o BatchMode=yes" LC_ALL=C.UTF-8
cd "$d" || exit 70
git cat-file -e "$2^{commit}" 2>/dev/null || git fetch --no-tags origin "refs/heads/$3" || exit 71
trap '' TERM INT HUP PIPE
before=$(GIT_OPTIONAL_LOCKS=0 git status --porcelain --untracked-files=all) || exit 72
g=$(git rev-parse --git-dir) || exit 72
cp "$g/index" "$g/hemma-reserve" || exit 72
git merge --ff-only --quiet "$2" || {
    probe "$g"
    rm -f "$g/hemma-reserve"
    [ -n "$before" ] || { git clean --quiet --force -d && git reset --quiet --hard; }
    exit 72
}
rm -f "$g/hemma-reserve"
git update-ref "refs/remotes/origin/$3" "$2"
"#;

/// Moves the checkout forward, never sideways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The branch.
    pub branch: String,
    /// The commit to move to.
    pub to: String,
}

/// Why the checkout did not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PullError {
    /// The command's answer is not known.
    #[error("could not learn whether the checkout on {host} moved to {to}")]
    Ask {
        /// The host.
        host: Host,
        /// The commit.
        to: String,
        /// Why not.
        source: ExecError,
    },
    /// git said no; nothing moved.
    #[error("the checkout on {host} could not be moved to {to}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The commit.
        to: String,
        /// Its last words.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Change for Pull {
    const KIND: &'static str = "checkout.pull";
    const CUT: Cut = Cut::AfterwardsOnly;
    type Receipt = ();
    type Error = PullError;

    fn describe(&self) -> String {
        format!("move {} forward to {}", self.checkout, short(&self.to))
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), PullError> {
        let (host, to) = (self.host.clone(), self.to.clone());
        let parameters = [self.checkout.as_str(), &self.to, &self.branch];
        let command = Command::script(&format!("{PROBE}{SCRIPT}"), parameters)
            .named("pull")
            .limit(Duration::from_secs(10 * 60));
        match live.run_telling(&Place::On(host.clone()), &command, progress).await {
            Err(source) => Err(PullError::Ask { host, to, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(PullError::Failed { host, to, said: output.last_words().to_owned() }),
        }
    }
}
