//! Moves the checkout forward to a commit that was seen before.

use std::time::Duration;

use hemma_core::names::{BranchName, CheckoutPath, RemoteUrl};
use hemma_core::script::{SCRATCH, UNCUT};
use hemma_core::storage::PROBE;
use hemma_core::{
    Applied, Cancel, Change, Classified, Command, ErrorClass, ExecError, Hint, Host, Live,
    NotRecorded, OperatorError, Place, Progress,
};
use serde::{Deserialize, Serialize};

use super::cause::{self, Site};
use super::git::{GIT, LOGIN, ORIGIN, login_word, with_login};
use super::obstacles::COMPARE;
use super::verify::short;

/// The target is the commit of the plan: commits that have arrived at the remote since are for the
/// next plan. The look has fetched its objects; if they are gone, they are fetched again.
///
/// Untracked files stay. If the commit adds such a file with equal content, the file is added to
/// the index, which git requires before it goes on; with other content the pull is refused, even if
/// git is told to ignore the file.
///
/// A merge that is interrupted, or runs out of space, leaves files of both commits. A merge that
/// has begun is therefore finished even if the connection is lost, and a failed one is undone: the
/// index from a copy, then the tracked files, none of which had changes, and of the new files only
/// those that did not exist. A second copy of the index reserves the space for this.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
[ "$4" != login ] || take_login
cd "$d" || exit 70
if ! has "$2"; then
    look_at_origin
    far 300 fetch -q --no-tags -- "$origin" "refs/heads/$3" || exit 71
fi
uncut
head=$(git rev-parse -q --verify 'HEAD^{commit}') && g=$(git rev-parse --absolute-git-dir) || exit 72
[ ! -e "$g/index.lock" ] || { probe "$g"; exit 72; }
tracked() { ask status --porcelain -z --no-renames --untracked-files=no --ignore-submodules=dirty; }
everything() { ask status --porcelain -z --no-renames --untracked-files=all 2>/dev/null | cksum; }
[ -z "$(tracked | head -c 1)" ] || {
    echo "hemma: a file that git tracks was changed there meanwhile: $(tracked | tr '\000' ' ' | head -c 200)" >&2
    exit 72
}
compare "$head" "$2" || exit 72
[ ! -s "$w/other" ] || {
    echo "hemma: files are in the way that the commit would overwrite: $(tr '\000' ' ' <"$w/other" | head -c 200)" >&2
    exit 72
}
before=$(everything)
cp "$g/index" "$g/hemma-index" && cp "$g/index" "$g/hemma-reserve" || {
    probe "$g"; rm -f "$g/hemma-index" "$g/hemma-reserve"; exit 72; }
put_back() {
    probe "$g"
    rm -f "$g/hemma-reserve"
    mv -f "$g/hemma-index" "$g/index" || exit 73
    [ "$before" != "$(everything)" ] || exit 72
    xargs -0 -r rm -f -- <"$w/fresh"
    sed -z -n 's|/[^/]*$||p' "$w/fresh" | sort -zu | xargs -0 -r rmdir -p -- 2>/dev/null
    uncut git reset --quiet --hard HEAD
    [ "$before" = "$(everything)" ] || exit 73
    exit 72
}
uncut git update-index -z --index-info <"$w/same" || put_back
uncut git -c "branch.$3.mergeOptions=" merge --ff-only --no-overwrite-ignore --quiet "$2" || put_back
rm -f "$g/hemma-reserve" "$g/hemma-index"
uncut git update-ref "refs/remotes/origin/$3" "$2"
"#;

pub(super) fn script() -> String {
    format!("{SCRATCH}{UNCUT}{PROBE}{GIT}{LOGIN}{ORIGIN}{COMPARE}{SCRIPT}")
}

/// The exit code of the script if a failed merge could not be undone completely.
const LEFT_MIXED: i32 = 73;

/// A change that moves the checkout forward, by a fast-forward only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The branch.
    pub branch: BranchName,
    /// The commit to move to.
    pub to: String,
    /// The remote in the settings, whose login is used if objects have to be fetched.
    #[serde(skip)]
    pub remote: Option<RemoteUrl>,
}

/// Why the checkout did not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PullError {
    /// The result of the command is not known.
    #[error("could not find out whether the checkout on {host} moved to {to}")]
    Ask {
        /// The host.
        host: Host,
        /// The commit.
        to: String,
        /// The reason.
        source: ExecError,
    },
    /// git failed; the branch did not move.
    #[error("the checkout on {host} could not be moved to {to}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The commit.
        to: String,
        /// The cause.
        said: String,
        /// The next thing to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<Hint>,
        /// Whether the work tree has files of both commits now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        mixed: bool,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for PullError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { hint, .. } => ErrorClass::NotAsPlanned
                .with_any(hint.clone(), "git's own words are all that is known"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Change for Pull {
    const KIND: &'static str = "checkout.pull";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = ();
    type Error = PullError;

    fn describe(&self) -> String {
        format!("move {} forward to {}", self.checkout, short(&self.to))
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), PullError> {
        let (host, to) = (self.host.clone(), self.to.clone());
        let remote = self.remote.as_ref();
        let parameters =
            [self.checkout.as_str(), &self.to, self.branch.as_str(), login_word(remote)];
        let command = Command::script(&script(), parameters).named("pull");
        let command = with_login(command.limit(Duration::from_secs(10 * 60)), remote);
        match live.run_telling(&Place::On(host.clone()), &command, progress).await {
            Err(source) => Err(PullError::Ask { host, to, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let (said, mixed) = (cause::of(&output.stderr), output.exit == LEFT_MIXED);
                let hint = cause::hint(self, &said);
                Err(PullError::Failed { host, to, said, hint, mixed })
            }
        }
    }

    fn extent(outcome: Result<&(), &PullError>) -> Applied {
        let put_back = |it: &PullError| matches!(it, PullError::Failed { mixed: false, .. });
        outcome.map_or_else(|it| Applied::of_failure(put_back(it)), |()| Applied::Full)
    }
}

impl<'s> From<&'s Pull> for Site<'s> {
    fn from(change: &'s Pull) -> Self {
        Self {
            host: &change.host,
            checkout: &change.checkout,
            remote: change.remote.as_ref(),
            branch: &change.branch,
        }
    }
}
