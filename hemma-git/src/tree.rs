//! The state of the repository that a look uses.

use hemma_core::Workdir;
use hemma_core::names::{BranchName, RemoteUrl};
use hemma_core::script::SCRATCH;
use serde::{Deserialize, Serialize};

use crate::checkout::cause;
use crate::checkout::git::{GIT, LOGIN, login_word};

/// A state of the repository on the host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tree {
    /// The files in the work tree of the checkout.
    #[default]
    Checkout,
    /// A commit in the checkout's repository.
    Commit(String),
    /// The tip of a branch of a remote, for a host without a repository.
    Remote {
        /// The git remote.
        remote: RemoteUrl,
        /// The branch.
        branch: BranchName,
    },
}

/// `$d` is the checkout with `~` expanded, `$t` the tree to work in.
///
/// A state that is not checked out is extracted to `$w`, so that a look changes nothing. The
/// operator's `.env` is not in the repository, so a link replaces it there, and others the overlay
/// beside the checkout and the files of variables that the repository lacks.
const LAY_OUT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
[ "$5" != login ] || take_login
t=$w/tree
case $2 in
checkout) t=$d ;;
commit) mkdir "$t" && git -C "$d" archive --format=tar "$3" | tar -x -C "$t" || exit 71 ;;
remote) far '' clone -q --depth 1 --single-branch --branch "$4" -- "$3" "$t" || exit 71 ;;
esac
cd "$t" || exit 70
[ "$t" = "$d" ] || [ ! -e "$d/.env" ] || ln -s "$d/.env" .env
shift 5
for f do
    case $t,$f in
    "$d",*) ;;
    *,../*) ln -s "${d%/*}/${f#../}" "$w/" ;;
    *,--env-file=*)
        f=${f#--env-file=}
        [ -e "$f" ] || [ ! -e "$d/$f" ] || { mkdir -p "$(dirname "$f")" && ln -s "$d/$f" "$f"; }
        ;;
    esac
done
"#;

impl Tree {
    /// The [`Workdir`] for scripts that look at this state.
    pub fn workdir(&self) -> Workdir {
        let remote = match self {
            Self::Remote { remote, .. } => Some(remote),
            Self::Checkout | Self::Commit(_) => None,
        };
        let (kind, third, fourth) = match self {
            Self::Checkout => ("checkout", "", ""),
            Self::Commit(sha) => ("commit", sha.as_str(), ""),
            Self::Remote { remote, branch } => ("remote", remote.address(), branch.as_str()),
        };
        Workdir::new(self, format!("{SCRATCH}{GIT}{LOGIN}{LAY_OUT}"), cause::of)
            .parameters([kind, third, fourth, login_word(remote)])
            .input(remote.and_then(RemoteUrl::credential))
    }

    /// Whether this is the work tree of the checkout.
    pub fn is_checkout(&self) -> bool {
        *self == Self::Checkout
    }
}
