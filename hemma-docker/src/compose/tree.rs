//! Which state of the repository is looked at.

use serde::{Deserialize, Serialize};

use crate::scratch::SCRATCH;

/// A state of the repository on the host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tree {
    /// The files as they lie in the checkout.
    #[default]
    Checkout,
    /// A commit that the checkout's repository holds, whatever lies in the work tree.
    Commit(String),
    /// The tip of a branch of a remote, for a host that has no repository yet.
    Remote {
        /// The git remote.
        remote: String,
        /// The branch.
        branch: String,
    },
}

/// `$d` is the checkout with `~` expanded, `$t` the tree to work in.
///
/// What is not checked out is laid into `$w`, so that a look changes nothing. The operator's
/// `.env` is not in the repository; a link stands for it there, and one for the overlay, which lies
/// beside the checkout.
const LAY_OUT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="ssh -o BatchMode=yes" LC_ALL=C.UTF-8
t=$w/tree
case $2 in
checkout) t=$d ;;
commit) mkdir "$t" && git -C "$d" archive --format=tar "$3" | tar -x -C "$t" || exit 71 ;;
remote) git clone -q --depth 1 --single-branch --branch "$4" -- "$3" "$t" || exit 71 ;;
esac
cd "$t" || exit 70
[ "$t" = "$d" ] || [ ! -e "$d/.env" ] || ln -s "$d/.env" .env
shift 4
for f do
    case $t,$f in "$d",*) ;; *,../*) ln -s "${d%/*}/${f#../}" "$w/" ;; esac
done
"#;

/// A script that works in a tree, which [`Tree::parameters`] name: it finds `$d`, `$t` and `$w`, and
/// in `$@` what follows those four.
pub(crate) fn in_tree(script: &str) -> String {
    format!("{SCRATCH}{LAY_OUT}{script}")
}

impl Tree {
    pub(crate) fn is_checkout(&self) -> bool {
        *self == Self::Checkout
    }

    /// The four parameters that [`LAY_OUT`] reads.
    pub(crate) fn parameters(&self, checkout: &str) -> [String; 4] {
        let (kind, third, fourth) = match self {
            Self::Checkout => ("checkout", "", ""),
            Self::Commit(sha) => ("commit", sha.as_str(), ""),
            Self::Remote { remote, branch } => ("remote", remote.as_str(), branch.as_str()),
        };
        [checkout, kind, third, fourth].map(str::to_owned)
    }
}
