//! Moving the checkout forward to a commit that was seen before.

use std::time::Duration;

use hemma_core::config::CheckoutPath;
use hemma_core::{
    Change, Command, Cut, ExecError, Extent, Host, Live, NotRecorded, Place, Progress,
};
use serde::{Deserialize, Serialize};

use super::verify::short;
use crate::scratch::UNCUT;
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
uncut
before=$(GIT_OPTIONAL_LOCKS=0 git status --porcelain --untracked-files=all) || exit 72
g=$(git rev-parse --absolute-git-dir) || exit 72
[ ! -e "$g/index.lock" ] || { probe "$g"; exit 72; }
cp "$g/index" "$g/hemma-reserve" || exit 72
uncut git merge --ff-only --quiet "$2" || {
    probe "$g"
    rm -f "$g/hemma-reserve"
    if [ -z "$before" ]; then
        uncut git clean --quiet --force -d && uncut git reset --quiet --hard || exit 73
    else
        [ "$before" = "$(GIT_OPTIONAL_LOCKS=0 git status --porcelain --untracked-files=all)" ] || exit 73
    fi
    exit 72
}
rm -f "$g/hemma-reserve"
uncut git update-ref "refs/remotes/origin/$3" "$2"
"#;

/// The script's exit code where what failed could not be put back whole.
const LEFT_MIXED: i32 = 73;

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
    /// git said no; the branch did not move.
    #[error("the checkout on {host} could not be moved to {to}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The commit.
        to: String,
        /// Its last words.
        said: String,
        /// Whether files of both commits lie there now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        mixed: bool,
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
        let command = Command::script(&format!("{UNCUT}{PROBE}{SCRIPT}"), parameters)
            .named("pull")
            .limit(Duration::from_secs(10 * 60));
        match live.run_telling(&Place::On(host.clone()), &command, progress).await {
            Err(source) => Err(PullError::Ask { host, to, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let (said, mixed) = (output.last_words().to_owned(), output.exit == LEFT_MIXED);
                Err(PullError::Failed { host, to, said, mixed })
            }
        }
    }

    fn extent(outcome: Result<&(), &PullError>) -> Extent {
        let put_back = |it: &PullError| matches!(it, PullError::Failed { mixed: false, .. });
        outcome.map_or_else(|it| Extent::of_failure(put_back(it)), |()| Extent::Whole)
    }
}

/// The script is for hosts, which are Linux.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn sh(script: &str, words: &[&str]) -> (i32, String) {
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh").args(["-c", script, "sh"]).args(words).output();
        let ran = ran.expect("there is a shell");
        let text = [ran.stdout, ran.stderr].concat();
        (ran.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).trim().to_owned())
    }

    #[test]
    fn what_git_refuses_leaves_the_tree_as_it_was() {
        let dir = tempfile::tempdir().expect("a place");
        let at = dir.path().to_str().expect("plain");
        let set = r#"cd "$1" && git init -q -b main . && echo 1 >a && git add a &&
            export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
            git commit -q -m 1 && echo 2 >a && git commit -q -a -m 2 && git rev-parse HEAD &&
            git reset -q --hard HEAD~ && echo mine >a"#;
        let (exit, to) = sh(set, &[at]);
        assert_eq!(exit, 0, "{to}");
        let script = format!("{UNCUT}{PROBE}{SCRIPT}");
        let (refused, said) = sh(&script, &[at, &to, "main"]);
        assert_eq!(refused, 72, "{said}");
        assert_eq!(std::fs::read_to_string(dir.path().join("a")).expect("it is there"), "mine\n");
        let (undone, _) = sh(r#"cd "$1" && git checkout -q a && touch .git/index.lock"#, &[at]);
        let (locked, said) = sh(&script, &[at, &to, "main"]);
        assert!(locked == 72 && said.ends_with("or was ended by force"), "{locked}: {said}");
        std::fs::remove_file(dir.path().join(".git/index.lock")).expect("it was left alone");
        let (moved, said) = sh(&script, &[at, &to, "main"]);
        assert_eq!((undone, moved), (0, 0), "{said}");
        assert_eq!(std::fs::read_to_string(dir.path().join("a")).expect("it is there"), "2\n");
    }
}
