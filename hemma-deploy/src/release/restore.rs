//! Restoring a release: the commit in the checkout, and the images under the names that Compose
//! uses.

use hemma_core::names::{CheckoutPath, OverlayFile, ProjectName, VariablesFile};
use hemma_core::script::{SCRATCH, UNCUT};
use hemma_core::storage::PROBE;
use hemma_core::{
    Applied, Cancel, Change, Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded,
    OperatorError, Place, Progress, storage,
};
use hemma_git::checkout::{COMPARE, GIT, cause, short};

use crate::Config;
use serde::{Deserialize, Serialize};

use super::keep::lines;
use super::{KeptImage, Release};
use crate::state_dir::STATE_DIRECTORY;

/// Restores the files. `--keep` moves the branch and refuses to lose a change in the work tree; but
/// it would overwrite an ignored file, such as a `.env` that the older commit tracks, so that is
/// checked first. An overlay that was edited since is kept next to the restored one, and a `.env`
/// with the earlier copies: they are the operator's own work. Each is written next to its place and
/// moved there, so that it is always complete. Other files of variables are restored like the `.env`,
/// but for those that the commit has.
///
/// The script runs to its end even if the connection is lost: a git that is cut leaves half a tree,
/// or a lock that blocks later ones. With all of its images restored, the next plan compares with
/// this release, whether its gate passes or not.
const RESTORE: &str = r#"
put() {
    cp -- "$1" "$2.hemma-new" 2>/dev/null && { [ ! -e "$2" ] || chmod --reference="$2" "$2.hemma-new"; } &&
        mv -f -- "$2.hemma-new" "$2" 2>/dev/null && return
    rm -f -- "$2.hemma-new" 2>/dev/null
    sudo -n cp -- "$1" "$2.hemma-new" && { [ ! -e "$2" ] || sudo -n chown --reference="$2" "$2.hemma-new" && sudo -n chmod --reference="$2" "$2.hemma-new"; } &&
        sudo -n mv -f -- "$2.hemma-new" "$2"
}
case $2 in "~/"*) d=$HOME/${2#"~/"} ;; *) d=$2 ;; esac
overlay=${d%/*}/$4 kept=$s/releases/$6.overlay env=$s/releases/$6.env
(cd "$d" && compare "$(git rev-parse HEAD)" "$3") || exit 72
[ ! -s "$w/other" ] || {
    echo "hemma: files are in the way that the release's commit has with other content: $(tr '\000' ' ' <"$w/other" | head -c 200)" >&2
    exit 72
}
uncut git -C "$d" reset --quiet --keep "$3" || { probe "$d/.git"; exit 72; }
[ -z "$5" ] || git -C "$d" for-each-ref --format='delete %(refname)' refs/hemma/services | uncut git -C "$d" update-ref --stdin
if [ -n "$4" ] && [ -e "$kept" ] && ! sudo -n cmp -s -- "$kept" "$overlay"; then
    ! sudo -n test -e "$overlay" || sudo -n cp -p -- "$overlay" "$overlay.replaced" || exit 73
    sudo -n cp -p -- "$kept" "$overlay.new" && sudo -n mv -f -- "$overlay.new" "$overlay" || exit 73
    echo overlay
fi
if [ -n "$6" ] && [ -e "$env" ]; then
    f=$d/.env
    [ ! -L "$f" ] || f=$(readlink -f "$f")
    if ! { cat -- "$f" 2>/dev/null || sudo -n cat -- "$f" 2>/dev/null; } | cmp -s - "$env"; then
        b=$s/env/$(date -u +%Y%m%dT%H%M%SZ).$$
        if [ -e "$f" ]; then
            (
                umask 077
                mkdir -p "$s/env" && cat -- "$f" >"$b" 2>/dev/null || sudo -n cat -- "$f" >"$b"
            ) || exit 74
            echo "env=$b"
        else
            echo env=
        fi
        put "$env" "$f" || exit 74
    fi
fi
[ -z "$6" ] || printf '%s\n' "$7" | while IFS= read -r it; do
    own=$s/releases/$6.files/$it f=$d/$it
    [ -n "$it" ] && [ -f "$own" ] || continue
    ! git -C "$d" ls-files --error-unmatch -- "$it" >/dev/null 2>&1 || continue
    ! { cat -- "$f" 2>/dev/null || sudo -n cat -- "$f" 2>/dev/null; } | cmp -s - "$own" || continue
    b=$s/env/$(date -u +%Y%m%dT%H%M%SZ).$$.$(printf %s "$it" | tr / _)
    if [ -e "$f" ]; then
        (
            umask 077
            mkdir -p "$s/env" && cat -- "$f" >"$b" 2>/dev/null || sudo -n cat -- "$f" >"$b"
        ) || exit 74
        echo "file=$it was=$b"
    else
        mkdir -p "${f%/*}" 2>/dev/null || sudo -n mkdir -p "${f%/*}" || exit 74
        echo "file=$it"
    fi
    put "$own" "$f" || exit 74
done || exit 74
commit=$3 whole=$5
shift 7
while [ $# -gt 1 ]; do sudo -n docker tag "$1" "$2" || exit 71; shift 2; done
[ -z "$whole" ] || uncut git -C "$d" update-ref refs/hemma/deployed "$commit" || { probe "$d/.git"; exit 72; }
"#;

/// The script's exit code where git refused the commit, which comes first.
const NOTHING_DONE: i32 = 72;

/// Restores a kept release's commit and images. Containers are not touched yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restore {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The commit.
    pub commit: String,
    /// The overlay, if the release's is to be restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<OverlayFile>,
    /// Whether all of the release is restored: notes of single services are cleared.
    #[serde(skip)]
    pub whole: bool,
    /// Other files of variables, of which those that the release kept are restored.
    #[serde(skip)]
    pub files: Vec<VariablesFile>,
    /// The id of the release whose overlay, `.env` and other files are restored, if they are.
    #[serde(skip)]
    pub files_of: Option<String>,
    /// The images.
    pub images: Vec<KeptImage>,
}

impl Restore {
    /// The restoration of a part of the application: the images of some services; the overlay
    /// stays.
    pub(crate) fn part(config: &Config, commit: String, images: Vec<KeptImage>) -> Self {
        Self {
            host: config.host.alias.clone(),
            project: config.compose.project.clone(),
            checkout: config.host.checkout.clone(),
            commit,
            overlay: None,
            whole: false,
            files: config.compose.other_env_files().cloned().collect(),
            files_of: None,
            images,
        }
    }

    /// The positional parameters of [`script`].
    pub(super) fn parameters(&self) -> Vec<String> {
        let overlay = self.overlay.as_ref().map(ToString::to_string).unwrap_or_default();
        let whole = if self.whole { "whole" } else { "" }.to_owned();
        let files_of = self.files_of.clone().unwrap_or_default();
        let (project, checkout) = (self.project.to_string(), self.checkout.to_string());
        let files = lines(&self.files);
        let mut parameters =
            vec![project, checkout, self.commit.clone(), overlay, whole, files_of, files];
        let named = self.images.iter().filter(|it| !it.has_fixed_name());
        parameters.extend(named.flat_map(|it| [it.id.clone(), it.name.clone()]));
        parameters
    }

    /// The restoration, with the `.env` of a release.
    pub(crate) fn with_env_of(self, release: Option<&Release>) -> Self {
        let differs = release.filter(|it| it.env.is_some() || !it.files.is_empty());
        Self { files_of: differs.map(|it| it.id().to_owned()), ..self }
    }
}

/// The result of a restoration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Whether another overlay was replaced; it is kept next to it, its name with `.replaced`.
    pub overlay: bool,
    /// Whether another `.env` was replaced, or a missing one restored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub env: bool,
    /// The path of the replaced `.env`'s copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_kept_at: Option<String>,
    /// Other files of variables that were restored, and the path of the replaced one's copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<(String, Option<String>)>,
}

/// Why a release was not restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RestoreError {
    /// The command's answer is not known.
    #[error("could not find out whether {commit} was restored on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// The commit.
        commit: String,
        /// Why not.
        source: ExecError,
    },
    /// A command of the script failed.
    #[error("could not restore {commit} on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The commit.
        commit: String,
        /// The last line of its output.
        said: String,
        /// Whether something had been restored before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        begun: bool,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for RestoreError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said, .. } => {
                storage::classify(ErrorClass::NotAsPlanned, host, said)
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Change for Restore {
    const KIND: &'static str = "release.restore";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = Restored;
    type Error = RestoreError;

    fn describe(&self) -> String {
        format!("restore {} and its images", short(&self.commit))
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Restored, RestoreError> {
        let (host, commit) = (self.host.clone(), self.commit.clone());
        let command = Command::script(&script(), self.parameters()).named("restore-release");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(RestoreError::Ask { host, commit, source }),
            Ok(output) if output.success() => Ok(read(&output.stdout)),
            Ok(output) => {
                let (said, begun) = (cause::of(&output.stderr), output.exit != NOTHING_DONE);
                Err(RestoreError::Failed { host, commit, said, begun })
            }
        }
    }

    fn extent(outcome: Result<&Restored, &RestoreError>) -> Applied {
        let untouched = |it: &RestoreError| matches!(it, RestoreError::Failed { begun: false, .. });
        outcome.map_or_else(|it| Applied::of_failure(untouched(it)), |_| Applied::Full)
    }
}

pub(super) fn script() -> String {
    format!("{SCRATCH}{STATE_DIRECTORY}{UNCUT}{PROBE}{GIT}{COMPARE}{RESTORE}")
}

/// Parses the script's output about files that were replaced.
pub(super) fn read(text: &str) -> Restored {
    let env = text.lines().find_map(|it| it.strip_prefix("env="));
    let file = |it: &str| match it.split_once(" was=") {
        Some((name, kept)) => (name.to_owned(), Some(kept.to_owned())),
        None => (it.to_owned(), None),
    };
    let files = text.lines().filter_map(|it| it.strip_prefix("file="));
    Restored {
        overlay: text.lines().any(|it| it == "overlay"),
        env: env.is_some(),
        env_kept_at: env.filter(|it| !it.is_empty()).map(str::to_owned),
        files: files.map(file).collect(),
    }
}

/// The script is for hosts, which run Linux.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::Path;
    use std::process::{Command, Output};

    use super::*;

    fn sh(home: &Path, script: &str, words: &[&str]) -> Output {
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let mut command = Command::new("sh");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b");
        }
        let command = command.args(["-c", script, "sh"]).args(words).current_dir(home);
        let homes = [("HOME", home), ("TMPDIR", home), ("XDG_STATE_HOME", home)];
        let ran = command.envs(homes).env("GIT_CONFIG_NOSYSTEM", "1").output();
        ran.expect("there is a shell")
    }

    #[track_caller]
    fn said(home: &Path, script: &str) -> String {
        let ran = sh(home, &format!("set -e\n{script}"), &[]);
        assert!(ran.status.success(), "{script}\n{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).trim_end().to_owned()
    }

    /// The check includes ignored files, such as a `.env` that an older commit tracks.
    #[test]
    fn going_back_overwrites_no_file_that_git_does_not_track() {
        let home = tempfile::tempdir().expect("a place");
        let home = home.path();
        let old = said(
            home,
            "git init -q -b main checkout && cd checkout && mkdir api && echo 1 >api/app
            printf theirs >.env && git add -A && git commit -q -m one && git rev-parse HEAD
            git rm -q --cached .env; echo .env >.gitignore; echo 2 >api/app
            git add -A && git commit -q -m two && printf mine >.env",
        );
        let checkout = home.join("checkout");
        let checkout = checkout.to_str().expect("plain");
        let back = || sh(home, &script(), &["app", checkout, &old, "", "", "", ""]);
        let refused = back();
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(72), "{stderr}");
        assert!(cause::of(&stderr).ends_with("other content: .env"), "{stderr}");
        assert_eq!(said(home, "cd checkout && cat .env api/app"), "mine2");
        said(home, "printf theirs >checkout/.env");
        let ran = back();
        assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
        let now = said(home, "cd checkout && git rev-parse HEAD && git status --porcelain");
        assert_eq!(now, old);
    }
}
