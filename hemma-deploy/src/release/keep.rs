//! Keeping what runs as a release.

use hemma_core::names::{CheckoutPath, OverlayFile, ProjectName, VariablesFile};
use hemma_core::script::UNCUT;
use hemma_core::storage::PROBE;
use hemma_core::{
    Cancel, Change, Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded,
    OperatorError, Place, Progress, storage,
};
use hemma_docker::compose::DROP_RUNNING;
use hemma_git::checkout::short;
use serde::{Deserialize, Serialize};

use super::{EnvChange, KEPT, KeptImage, Release};
use crate::state_dir::STATE;

/// The images first, then the record, then the ref: if the script is killed in between, the release
/// is not there yet, and the next deploy keeps it. With the record the release is proven, and its
/// marker is removed. The names of old releases are removed last. The script runs to its end even
/// if the connection is lost: a git that is cut may leave its lock.
const KEEP: &str = r#"
project=$1 commit=$2 record=$3 kept=$4
case $5 in "~/"*) d=$HOME/${5#"~/"} ;; *) d=$5 ;; esac
overlay=$6 files=$7
shift 7
uncut
r=$s/releases
mkdir -p "$r" || exit 70
rm -f "$r/.overlay" "$r/.env"
rm -rf "$r/.files"
[ -z "$overlay" ] || sudo -n cat -- "${d%/*}/$overlay" >"$r/.overlay" || exit 73
if [ -e "$d/.env" ]; then
    cat -- "$d/.env" >"$r/.env" 2>/dev/null || sudo -n cat -- "$d/.env" >"$r/.env" || exit 73
fi
printf '%s\n' "$files" | while IFS= read -r it; do
    [ -n "$it" ] && [ -f "$d/$it" ] || continue
    ! git -C "$d" ls-files --error-unmatch -- "$it" >/dev/null 2>&1 || continue
    to=$r/.files/$it
    mkdir -p "${to%/*}" && cat -- "$d/$it" >"$to" 2>/dev/null || sudo -n cat -- "$d/$it" >"$to" || exit 73
done || exit 73
others() {
    [ ! -d "$r/.files" ] || (cd "$r/.files" && find . -type f | LC_ALL=C sort | while IFS= read -r it; do
        echo "$it"
        cat -- "$it"
    done)
}
id=$commit
if [ -e "$r/.env" ] || [ -e "$r/.overlay" ] || [ -d "$r/.files" ]; then
    digest=$({ cat "$r/.env" "$r/.overlay" 2>/dev/null; others; } | sha256sum | cut -c1-12)
    id=$commit-$digest
fi
while [ $# -gt 1 ]; do
    sudo -n docker tag "$2" "hemma.keep/$project/$1:$id" || exit 71
    shift 2
done
for part in overlay env; do
    if [ -e "$r/.$part" ]; then mv "$r/.$part" "$r/$id.$part" || exit 70; else rm -f "$r/$id.$part"; fi
done
rm -rf "$r/$id.files"
[ ! -d "$r/.files" ] || mv "$r/.files" "$r/$id.files" || exit 70
printf '%s\n' "$record" | cat >"$r/.new" && mv "$r/.new" "$r/$id.json" || exit 70
uncut git -C "$d" update-ref refs/hemma/deployed "$commit" || { probe "$d/.git"; exit 72; }
git -C "$d" for-each-ref --format='delete %(refname)' refs/hemma/services | uncut git -C "$d" update-ref --stdin
rm -f "$s/unproven"
touch "$r/$id.json"
ls -t "$r" | grep '\.json$' | tail -n +$((kept + 1)) | while read -r old; do
    old=${old%.json}
    sudo -n docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "reference=hemma.keep/$project/*:$old" |
        while read -r name; do sudo -n docker image rm "$name" >/dev/null; done
    rm -f "$r/$old.json" "$r/$old.overlay" "$r/$old.env"
    rm -rf "$r/$old.files"
done
drop_running "$project"
exit 0
"#;

/// Keeps a release, and notes its commit as the deployed one: `refs/hemma/deployed` in the
/// repository on the host. The next plan builds what changed since then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Keep {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The checkout.
    pub checkout: CheckoutPath,
    /// The commit.
    pub commit: String,
    /// The overlay, if there is one: its current text is kept, readable by its owner alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<OverlayFile>,
    /// Other files of variables, of which those that git does not have are kept in the same way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<VariablesFile>,
    /// The images.
    pub images: Vec<KeptImage>,
    /// The time at which it passed its gate.
    #[serde(skip)]
    pub at: jiff::Timestamp,
    /// The difference to the `.env` of the release before, for the journal.
    #[serde(skip)]
    pub env: Option<EnvChange>,
}

/// Why a release was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeepError {
    /// The command's answer is not known.
    #[error("could not find out whether the release is kept on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// A command of the script failed.
    #[error("could not keep the release on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for KeepError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => storage::classify(ErrorClass::NotAsPlanned, host, said),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

/// The names of files as one parameter of a script: a name holds no line break.
pub(super) fn lines(files: &[VariablesFile]) -> String {
    files.join("\n")
}

pub(super) fn script() -> String {
    format!("{STATE}{UNCUT}{PROBE}{DROP_RUNNING}{KEEP}")
}

impl Change for Keep {
    const KIND: &'static str = "release.keep";
    const CANCEL: Cancel = Cancel::AfterCompletion;
    type Receipt = ();
    type Error = KeepError;

    fn describe(&self) -> String {
        let env = self.env.as_ref().map(|it| format!(" (.env: {})", it.words()));
        let env = env.unwrap_or_default();
        format!("record {} as deployed and keep its images{env}", short(&self.commit))
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), KeepError> {
        let host = self.host.clone();
        let (commit, images) = (self.commit.clone(), self.images.clone());
        let (kept_as, overlay_differs, env, files) = (String::new(), false, None, Vec::new());
        let release = Release { kept_as, commit, at: self.at, images, overlay_differs, env, files };
        let record = serde_json::to_string(&release).unwrap_or_default();
        let parameters = [
            self.project.to_string(),
            self.commit.clone(),
            record,
            KEPT.to_string(),
            self.checkout.to_string(),
            self.overlay.as_ref().map(ToString::to_string).unwrap_or_default(),
            lines(&self.files),
        ];
        let images = self.images.iter().flat_map(|it| [it.service.to_string(), it.id.clone()]);
        let script = script();
        let command =
            Command::script(&script, parameters.into_iter().chain(images)).named("keep-release");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(KeepError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(KeepError::Failed { host, said: output.last_words().to_owned() }),
        }
    }
}
