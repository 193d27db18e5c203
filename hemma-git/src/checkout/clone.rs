//! Clones the repository.

use std::time::Duration;

use hemma_core::names::{BranchName, CheckoutPath, RemoteUrl};
use hemma_core::script::{SCRATCH, UNCUT};
use hemma_core::{
    Applied, Cancel, Change, Classified, Command, ErrorClass, ExecError, Hint, Host, Live,
    NotRecorded, OperatorError, Place, Progress,
};
use serde::{Deserialize, Serialize};

use super::cause::{self, Site};
use super::git::{GIT, LOGIN, login_word, with_login};

/// The repository is cloned next to the checkout and moved into place, so that a killed clone
/// leaves no part of a repository there. The checkout may have a `.env` already: only `.git` is
/// moved in, and git checks out the files around it without overwriting any. A directory of a
/// killed run is recognized by its name and removed. From the move on, the script finishes even if
/// the connection is lost: half of a tree would look like a person's work.
///
/// A failed clone removes the files and directories that it made. An existing file that is also in
/// the commit, such as a `.env`, stays if both are equal, and otherwise the clone is refused.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
[ "$4" != login ] || take_login
[ ! -e "$d/.git" ] || { echo "hemma: $d is a repository already" >&2; exit 72; }
c=$d/.hemma-clone made= whole=
above=$d
while [ ! -e "$above" ]; do made=$above above=${above%/*} above=${above:-/}; done
: >"$w/fresh"
undo() {
    [ -z "$whole" ] || return
    rm -rf "$c" "$c.git"
    (cd "$d" 2>/dev/null && xargs -0 -r rm -f -- <"$w/fresh" &&
        sed -z -n 's|/[^/]*$||p' "$w/fresh" | sort -zu | xargs -0 -r rmdir -p -- 2>/dev/null)
    [ -n "$made" ] || return
    it=$d
    while rmdir "$it" 2>/dev/null && [ "$it" != "$made" ]; do it=${it%/*}; done
}
trap 'trap "" TERM INT HUP PIPE; undo; rm -rf "$w"' EXIT
mkdir -p "$d" || exit 73
rm -rf "$c"
far '' clone --no-checkout --origin origin --branch "$3" -- "$2" "$c" || exit 73
uncut
mv "$c/.git" "$d/.git" && rm -rf "$c" && cd "$d" || exit 73
away() { cd / && mv "$d/.git" "$c.git"; exit 73; }
git read-tree HEAD || away
git update-index -q --refresh >/dev/null 2>&1
git diff-files -z --name-status | sed -z -n 'h;n;x;/^[^D]/{x;p}' >"$w/other"
[ ! -s "$w/other" ] || {
    echo "hemma: files are in the way that the commit has with other content: $(tr '\000' ' ' <"$w/other" | head -c 200)" >&2
    away
}
git diff-files -z --name-only >"$w/fresh"
uncut git reset --quiet --hard HEAD || away
whole=yes
"#;

pub(super) fn script() -> String {
    format!("{SCRATCH}{UNCUT}{GIT}{LOGIN}{SCRIPT}")
}

/// Clones the repository into the checkout directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clone {
    /// The host.
    pub host: Host,
    /// The directory of the checkout.
    pub checkout: CheckoutPath,
    /// The remote to clone.
    pub remote: RemoteUrl,
    /// The branch.
    pub branch: BranchName,
}

/// Why the repository was not cloned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloneError {
    /// The result of the command is not known.
    #[error("could not find out whether {host} cloned {remote}")]
    Ask {
        /// The host.
        host: Host,
        /// The remote.
        remote: RemoteUrl,
        /// The reason.
        source: ExecError,
    },
    /// git failed.
    #[error("{host} could not clone {remote}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The remote.
        remote: RemoteUrl,
        /// The cause.
        said: String,
        /// The next thing to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<Hint>,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for CloneError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { hint, .. } => ErrorClass::NotAsPlanned
                .with_any(hint.clone(), "git's own words are all that is known"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Change for Clone {
    const KIND: &'static str = "checkout.clone";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = CloneError;

    fn describe(&self) -> String {
        format!("clone branch {} of {} to {}", self.branch, self.remote, self.checkout)
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), CloneError> {
        let (host, remote) = (self.host.clone(), self.remote.clone());
        let parameters = [
            self.checkout.as_str(),
            remote.address(),
            self.branch.as_str(),
            login_word(Some(&remote)),
        ];
        let command = Command::script(&script(), parameters).named("clone");
        let command = with_login(command.limit(Duration::from_secs(30 * 60)), Some(&remote));
        match live.run_telling(&Place::On(host.clone()), &command, progress).await {
            Err(source) => Err(CloneError::Ask { host, remote, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let said = cause::of(&output.stderr);
                let hint = cause::hint(self, &said);
                Err(CloneError::Failed { host, remote, said, hint })
            }
        }
    }

    /// A failed clone was removed.
    fn extent(outcome: Result<&(), &CloneError>) -> Applied {
        let known = |it: &CloneError| matches!(it, CloneError::Failed { .. });
        outcome.map_or_else(|it| Applied::of_failure(known(it)), |()| Applied::Full)
    }
}

impl<'s> From<&'s Clone> for Site<'s> {
    fn from(change: &'s Clone) -> Self {
        Self {
            host: &change.host,
            checkout: &change.checkout,
            remote: Some(&change.remote),
            branch: &change.branch,
        }
    }
}
