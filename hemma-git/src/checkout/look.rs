//! Looks at the checkout, and at the branch of its remote.

use std::time::Duration;

use hemma_core::names::{BranchName, CheckoutPath, RemoteUrl};
use hemma_core::script::SCRATCH;
use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError, Place,
    Question, World, storage,
};
use serde::{Deserialize, Serialize};

use super::git::{GIT, LOGIN, ORIGIN, login_word, with_login};
use super::obstacles::COMPARE;
use super::reading::Printed;
use super::state::Checkout;
use super::{CheckoutSpec, cause};

/// One script does everything: two round trips for any number of git commands.
///
/// The objects of the remote branch are fetched to see what a pull would bring; no ref moves and
/// nothing in the work tree changes. git's standard error stays separate, after a line that names
/// the command: a banner or a warning of ssh is never part of a value.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
branch=$2
[ "$5" != login ] || take_login
asked() { echo "--8<-- $1" >&2; }
say dir "$d"
tip_of() {
    asked tip
    out=$(far 30 ls-remote --exit-code -- "$1" "refs/heads/$branch")
    code=$?
    tip=$(printf '%s\n' "$out" | while read -r sha ref; do
        [ "$ref" != "refs/heads/$branch" ] || { echo "$sha"; break; }
    done)
    case $code,$tip in
    0,*[!0-9a-f]* | 0, | 2,*)
        tip=
        heads=$(far 30 ls-remote --heads -- "$1") || { say tip_failed "$?"; return; }
        printf '%s\n' "$heads" | sed -n 's|^[0-9a-f]*.refs/heads/||p' | head -n 20 | tr '\n' '\000' | list heads
        ;;
    0,*) say tip "$tip" ;;
    *) tip=; say tip_failed "$code" ;;
    esac
}
if [ ! -e "$d" ] && [ ! -L "$d" ]; then say kind missing
elif [ ! -d "$d" ]; then say kind file
elif [ ! -r "$d" ] || [ ! -x "$d" ]; then say kind closed
elif [ -e "$d/.git" ]; then say kind repository
elif [ "$(git -C "$d" rev-parse --git-dir 2>/dev/null)" = . ]; then say kind bare
else
    say kind plain; find "$d/" -mindepth 1 -maxdepth 1 -printf '%f\0' | head -z -n 20 | list holds
fi
if [ ! -e "$d/.git" ]; then
    [ -n "$3" ] && [ -n "$4" ] && tip_of "$4"
    say end yes
    exit 0
fi
cd "$d" || exit 70
asked repository
[ "$(git rev-parse --is-inside-work-tree)" = true ] || { say broken yes; say end yes; exit 0; }
head=$(git rev-parse -q --verify 'HEAD^{commit}')
say head "$head"
say branch "$(git symbolic-ref -q --short HEAD)"
look_at_origin
say remote "$url"
say deployed "$(git rev-parse -q --verify 'refs/hemma/deployed^{commit}')"
say shallow "$(git rev-parse --is-shallow-repository)"
g=$(git rev-parse --absolute-git-dir)
for it in MERGE_HEAD:merge rebase-merge:rebase rebase-apply:rebase CHERRY_PICK_HEAD:cherry-pick \
    REVERT_HEAD:revert BISECT_LOG:bisect; do
    [ ! -e "$g/${it%%:*}" ] || say under_way "${it#*:}"
done
asked status
ask status --porcelain -z --no-renames --untracked-files=no --ignore-submodules=dirty | head -z -n 200 | list dirty
ask diff --quiet --no-ext-diff --ignore-submodules=dirty HEAD 2>/dev/null || {
    content() { ask -c core.fileMode=false diff -z --no-renames --no-ext-diff --no-textconv --ignore-submodules=dirty "$@" HEAD; }
    content --name-only | head -z -n 200 | list content
    content --numstat --ignore-cr-at-eol | sed -z 's/^[^\t]*\t[^\t]*\t//' | head -z -n 200 | list lines
    ask diff -z --raw --no-renames --ignore-submodules=dirty HEAD | sed -z -n '/^:160000\|^:[0-9]* 160000/{n;p}' | list submodules
}
[ -n "$3" ] || { say end yes; exit 0; }
tip_of "$origin"
[ -n "$tip" ] && [ -n "$head" ] || { say end yes; exit 0; }
asked fetch
if [ "$tip" != "$head" ] && ! has "$tip"; then
    far 300 fetch -q --no-tags --no-write-fetch-head --no-prune --refmap= -- "$origin" "refs/heads/$branch" >&2
fi
has "$tip" || { say fetch_failed "$tip"; say end yes; exit 0; }
asked relation
git merge-base --is-ancestor "$head" "$tip"; forward=$?
git merge-base --is-ancestor "$tip" "$head"; backward=$?
case $forward,$backward in
0,0) say relation same ;;
0,1) say relation behind ;;
1,0) say relation ahead ;;
1,1) say relation diverged; git merge-base "$head" "$tip" >/dev/null || say unrelated yes ;;
*) say relation_failed yes; say end yes; exit 0 ;;
esac
ask log -z --format='%h %s' -n 50 "$head..$tip" | list commits
base=$(git rev-parse -q --verify 'refs/hemma/deployed^{commit}') &&
    git diff-tree -r -z --name-only --no-renames "$base" "$tip" | head -z -n 5000 | list changed
if [ "$forward,$backward" = 0,1 ]; then
    asked compare
    compare "$head" "$tip" || say compare_failed yes
    head -z -n 200 "$w/other" 2>/dev/null | list in_the_way
    [ -s "$w/other" ] || {
        asked merge
        index read-tree -n -m -u "$head" "$tip" || say merge_failed yes
    }
fi
say end yes
"#;

pub(super) fn script() -> String {
    format!("{SCRATCH}{GIT}{LOGIN}{ORIGIN}{COMPARE}{SCRIPT}")
}

/// The time limit of git, for a big repository over a slow link.
const LIMIT: Duration = Duration::from_secs(6 * 60);

/// A question for the state of the checkout and of the branch at its remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookCheckout {
    /// The host.
    pub host: Host,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The branch.
    pub branch: BranchName,
    /// The remote in the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<RemoteUrl>,
    /// Whether the remote is asked for the tip of the branch.
    pub asks_remote: bool,
}

/// Why the state of the checkout is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LookError {
    /// The result of the script is not known.
    #[error("could not look at the checkout on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// The reason.
        source: ExecError,
    },
    /// The script failed.
    #[error("could not look at the checkout on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The cause.
        said: String,
    },
    /// The replayed recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for LookError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => ErrorClass::Unknown
                .with_any(storage::hint(host, said), "git's own words are all that is known"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for LookCheckout {
    const KIND: &'static str = "checkout.look";
    type Answer = Checkout;
    type Error = LookError;

    fn describe(&self) -> String {
        let remote = if self.asks_remote { " and its remote" } else { "" };
        format!("{}: look at {}{remote}", self.host, self.checkout)
    }

    async fn ask(&self, live: &Live) -> Result<Checkout, LookError> {
        let host = self.host.clone();
        let output = match live.run(&Place::On(host.clone()), &self.command()).await {
            Ok(output) => output,
            Err(source) => return Err(LookError::Ask { host, source }),
        };
        let printed = Printed::new(&output.stdout, &output.stderr);
        if output.success() && printed.is_whole() {
            return Ok(printed.checkout());
        }
        Err(LookError::Failed { host, said: cause::of(&output.stderr) })
    }
}

impl LookCheckout {
    fn command(&self) -> Command {
        let remote = self.remote.as_ref();
        let parameters = [
            self.checkout.as_str(),
            self.branch.as_str(),
            if self.asks_remote { "remote" } else { "" },
            remote.map(RemoteUrl::address).unwrap_or_default(),
            login_word(remote),
        ];
        let command = Command::script(&script(), parameters).named("look-at-checkout").limit(LIMIT);
        with_login(command, remote)
    }
}

/// Looks at the checkout. `ask_remote` also asks the remote for the tip of the branch.
pub async fn look(
    world: &World,
    spec: &CheckoutSpec,
    ask_remote: bool,
) -> Result<Checkout, LookError> {
    let asked = LookCheckout {
        host: spec.host.clone(),
        checkout: spec.checkout.clone(),
        branch: spec.branch.clone(),
        remote: spec.remote.clone(),
        asks_remote: ask_remote,
    };
    world.ask(&asked).await
}
