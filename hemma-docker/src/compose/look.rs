//! Asking Compose what its files resolve to.

use std::collections::BTreeSet;
use std::time::Duration;

use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError, Place,
    Question, Workdir, storage, sudo,
};
use serde::{Deserialize, Serialize};

use super::digest::Digests;
use super::dotenv::{BYTES_MAX, KIND, Obstacle};
use super::hashes::{self, HASH_SERVICES};
use super::masked::masked;
use super::spot::{self, FIND};
use super::{ComposeFiles, Model, Refusal, reading};

/// Separates the parts of the script's output; no JSON and no hash holds it.
const RULE: &str = "--8<--";

/// Checks the `.env`. Compose reads whatever it finds as settings, and fails or misleads only once
/// containers of services have gone: values that no process can be given, or half of what another
/// program is writing. As root it also reads what the operator cannot look at. `grep` fails in a
/// locale that the host lacks; the check is skipped then.
const ENV_FILE: &str = r#"
f=$d/.env
kind=$(kind)
[ "$kind" != file ] || {
    line=$(LC_ALL=C.UTF-8 grep -anvx -m 1 '.*' "$f")
    [ -z "$line" ] || { kind=not-utf8; echo "line=${line%%:*}"; }
}
case $kind in file | missing | closed) ;;
*) echo "kind=$kind"; stat -L -c 'owner=%U
bytes=%s' "$f"; exit 77 ;;
esac
"#;

/// Resolves the files. Where a variable is missing, the script looks for the place that requires
/// it. It also prints the words of Compose's message that occur in the files, and so are not values
/// of `.env`; and `.env` itself, where Compose cannot read it.
const RESOLVE: &str = r#"
hashes=$1; shift
json=$(sudo -n docker "$@" config --format json 2>"$w/said"); r=$?
cat "$w/said" >&2
printf '%s\n%s\n' "$json" "--8<--"; (cd -- "$d/$(dirname -- "$5")" 2>/dev/null && pwd -P)
printf '%s\n' "--8<--"; pwd -P; printf '%s\n' "--8<--"
if [ $r = 0 ] && [ -n "$hashes" ]; then
    hash_services "$@" 2>"$w/unhashed" || { cat "$w/unhashed" >&2; exit 78; }
fi
printf '%s\n' "--8<--"
was=
for word do [ "$was" != -f ] || printf '%s\n' "$word"; was=$word; done >"$w/files"
own_files() {
    grep -v '^\.\./' "$w/files"
    if [ -e .git ]; then git ls-files; else find . -maxdepth 4 -type f; fi | grep -E '\.ya?ml$'
}
written() {
    own_files | sort -u | xargs -d '\n' -r cat -- 2>/dev/null
    own_files
    # Where they lie is no secret either.
    cat "$w/files"; printf '%s\n' "$w" "$d"
    grep '^\.\./' "$w/files" | xargs -d '\n' -r grep -ohE '[$][{]?[A-Za-z_][A-Za-z0-9_]*' -- 2>/dev/null
}
split() { tr -cs 'A-Za-z0-9_-' '\n' | sort -u; }
if [ $r != 0 ] || grep -q 'is not set' "$w/said"; then
    split <"$w/said" >"$w/words"
    written | split | comm -12 - "$w/words"
fi
printf '%s\n' "--8<--"
name=$(sed -n 's/.*required variable \([A-Za-z0-9_]*\) .*/\1/p' "$w/said" | tail -n 1)
if [ $r != 0 ] && [ -n "$name" ]; then
    printf '${%s:?\n${%s?\n' "$name" "$name" >"$w/words"
    find_words
fi
printf '%s\n' "--8<--"
[ $r = 0 ] || ! grep -qF '.env' "$w/said" || cat -- "$f" 2>/dev/null
exit $r
"#;

/// What do the compose files of a tree resolve to?
///
/// A question of its own and not an [`Exec`](hemma_core::Exec): Compose prints every secret of
/// `.env` in clear, so its output is parsed here and never passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookModel {
    /// The compose files.
    pub files: ComposeFiles,
    /// The tree that has the files, and in which state.
    pub tree: Workdir,
    /// Whether Compose is asked for its hashes of the services as well, to compare with what runs.
    pub hashes: bool,
}

/// Compose's answer about its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelAnswer {
    /// The resolved project.
    Resolved(Model),
    /// Compose refused the files.
    Refused(Refusal),
}

/// Why it is not known what the compose files resolve to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelError {
    /// The command's answer is not known.
    #[error("could not ask Compose on {host} about its files")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The tree could not be laid out.
    #[error("could not lay out the repository on {host}: {said}")]
    Tree {
        /// The host.
        host: Host,
        /// The message of the command.
        said: String,
    },
    /// Compose's answer could not be read as a project.
    #[error("could not read what Compose on {host} answered: {reason}")]
    Read {
        /// The host.
        host: Host,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for ModelError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Tree { host, said } => storage::classify(ErrorClass::Unknown, host, said),
            Self::Read { .. } => {
                ErrorClass::Unknown.without("Compose gave an answer that hemma does not know")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for LookModel {
    const KIND: &'static str = "compose.model";
    type Answer = ModelAnswer;
    type Error = ModelError;

    async fn ask(&self, live: &Live) -> Result<ModelAnswer, ModelError> {
        let host = self.files.host.clone();
        let on = Place::On(host.clone());
        let output = match live.run(&on, &self.command()).await {
            Ok(output) => output,
            Err(source) => return Err(ModelError::Ask { host, source }),
        };
        if matches!(output.exit, 70 | 71 | 75) {
            return Err(ModelError::Tree { host, said: self.tree.cause(&output.stderr) });
        }
        if output.exit == 77 {
            return match Obstacle::read(&output.stdout) {
                Some(it) => Ok(ModelAnswer::Refused(Refusal::of_env_file(&self.files, &it))),
                None => Err(ModelError::Read { host, reason: "its .env is unknown".to_owned() }),
            };
        }
        let refused = sudo::refusal(&output.stderr).filter(|_| !output.success());
        if let Some(stderr) = refused.map(str::to_owned) {
            let command = "docker compose config".to_owned();
            let source = ExecError::Sudo { on, command, stderr, login: None };
            return Err(ModelError::Ask { host, source });
        }
        if output.exit == 78 {
            let said = masked(output.last_words(), &BTreeSet::new());
            let reason = format!("no hashes of its services: {said}");
            return Err(ModelError::Read { host, reason });
        }
        let mut parts = output.stdout.splitn(7, RULE);
        let mut part = || parts.next().unwrap_or_default();
        let (json, directory, tree, hashes) = (part(), part().trim(), part().trim(), part());
        let (written, places, env) = (part().lines().collect::<BTreeSet<_>>(), part(), part());
        if !output.success() {
            let spot = places.lines().find_map(spot::read).map(|it| it.1);
            let env = env.strip_prefix('\n').filter(|it| !it.is_empty());
            let refusal = Refusal::read(&output.stderr, tree, &written, env, spot);
            return Ok(ModelAnswer::Refused(refusal));
        }
        let digests = live.extensions().get_or_make(Digests::default);
        let mut model = reading::read(json, tree, &digests)
            .map_err(|reason| ModelError::Read { host: host.clone(), reason })?;
        if self.hashes {
            hashes::note(&mut model, hashes).map_err(|reason| ModelError::Read { host, reason })?;
        }
        directory.clone_into(&mut model.directory);
        // Compose also warns of `$` in a value of `.env`, and the name is then a part of the value.
        model.unset = reading::read_unset(&output.stderr);
        model.unset.retain(|it| written.contains(it.as_str()));
        Ok(ModelAnswer::Resolved(model))
    }
}

impl LookModel {
    fn command(&self) -> Command {
        let script = format!("max={BYTES_MAX}{KIND}{ENV_FILE}{FIND}{HASH_SERVICES}{RESOLVE}");
        // A tree that must be fetched first takes longer.
        self.tree
            .command(&script, &self.files.checkout)
            .named("resolve-compose-files")
            .arg(if self.hashes { "hashes" } else { "" })
            .args(self.files.words())
            .limit(Duration::from_secs(180))
    }
}
