//! Seeing the state of the checkout, and of the branch at its remote.

use std::time::Duration;

use hemma_core::{Command, Config, Exec, ExecError, Host, World};

use super::state::{Checkout, parse};

/// Everything in one script: two round trips, whatever the number of git commands.
///
/// To see what a pull would bring, the objects of the remote branch are fetched; no ref moves and
/// nothing in the work tree changes. `$3` is empty where the remote is not to be asked.
const SCRIPT: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="ssh -o BatchMode=yes" GIT_OPTIONAL_LOCKS=0 LC_ALL=C
echo "dir=$d"
remote_tip() {
    if tip=$(timeout 30 git ls-remote --exit-code -- "$1" "refs/heads/$2" 2>&1); then
        echo "tip=${tip%%	*}"
    else
        echo "tip_said=$(printf %s "$tip" | tail -n 1)"
    fi
}
if [ ! -e "$d" ]; then echo kind=missing
elif [ ! -d "$d" ]; then echo kind=file
elif [ ! -r "$d" ] || [ ! -x "$d" ]; then echo kind=closed
elif [ -e "$d/.git" ]; then echo kind=repository
else
    echo kind=plain; ls -A "$d" | head -n 20 | sed 's/^/holds=/'
fi
if [ ! -e "$d/.git" ]; then
    [ -n "$3" ] && [ -n "$4" ] && remote_tip "$4" "$2"
    exit 0
fi
cd "$d" || exit 70
said=$(git rev-parse --git-dir 2>&1 >/dev/null) || {
    echo "broken=$(printf %s "$said" | tail -n 1)"; exit 0; }
echo "head=$(git rev-parse -q --verify HEAD)"
echo "branch=$(git symbolic-ref -q --short HEAD)"
echo "remote=$(git config --get remote.origin.url)"
echo "deployed=$(git rev-parse -q --verify refs/hemma/deployed)"
git status --porcelain --untracked-files=normal | head -n 50 | sed 's/^/dirty=/'
[ -n "$3" ] || exit 0
remote_tip origin "$2"
tip=${tip%%	*}
head=$(git rev-parse -q --verify HEAD) || exit 0
case $tip in "" | *[!0-9a-f]*) exit 0 ;; esac
if [ "$tip" != "$head" ] && ! git cat-file -e "$tip^{commit}" 2>/dev/null; then
    timeout 300 git fetch -q --no-tags --no-write-fetch-head --refmap= origin "refs/heads/$2" >/dev/null 2>&1
fi
git cat-file -e "$tip^{commit}" 2>/dev/null || { echo "tip_said=the objects of $tip could not be fetched"; exit 0; }
if [ "$tip" = "$head" ]; then echo relation=same
elif git merge-base --is-ancestor "$head" "$tip"; then echo relation=behind
elif git merge-base --is-ancestor "$tip" "$head"; then echo relation=ahead
else echo relation=diverged
fi
git log --format='commit=%h %s' -n 50 "$head..$tip"
base=$(git rev-parse -q --verify refs/hemma/deployed) || exit 0
git diff --name-only --no-renames "$base" "$tip" | head -n 5000 | sed 's/^/changed=/'
"#;

/// Why the state of the checkout is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// The script's answer is not known.
    #[error("could not look at the checkout on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The script failed.
    #[error("could not look at the checkout on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// Its last words.
        said: String,
    },
}

/// Looks at the checkout. `ask_remote` also asks the remote for the tip of the branch.
pub async fn look(world: &World, config: &Config, ask_remote: bool) -> Result<Checkout, LookError> {
    let host = config.host.alias.clone();
    let asked = question(config, ask_remote);
    match world.ask(&asked).await {
        Err(source) => Err(LookError::Ask { host, source }),
        Ok(output) if output.success() => Ok(parse(&output.stdout)),
        Ok(output) => Err(LookError::Failed { host, said: output.last_words().to_owned() }),
    }
}

fn question(config: &Config, ask_remote: bool) -> Exec {
    let repository = &config.repository;
    let parameters = [
        config.host.checkout.as_str(),
        &repository.branch,
        if ask_remote { "remote" } else { "" },
        repository.remote.as_deref().unwrap_or_default(),
    ];
    let limit = Duration::from_secs(6 * 60);
    Exec::on(
        &config.host.alias,
        Command::script(SCRIPT, parameters).named("look-at-checkout").limit(limit),
    )
}
