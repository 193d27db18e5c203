//! The kept releases.

use hemma_core::names::{CheckoutPath, OverlayFile, ProjectName, VariablesFile};
use hemma_core::{
    Classified, Command, ExecError, Host, Live, NotRecorded, OperatorError, Place, Question,
};
use hemma_docker::compose::dotenv::BYTES_MAX;
use serde::{Deserialize, Serialize};

use super::keep::lines;
use super::{EnvChange, FileChange, Release};
use crate::env_file::from_hex;
use crate::state_dir::STATE;

const LOOK: &str = r#"
[ -d "$s/releases" ] || exit 0
for kept in "$s"/releases/*.json; do
    [ -e "$kept" ] || continue
    id=${kept##*/}
    echo "release ${id%.json} $(cat "$kept" 2>/dev/null)"
done
case $2 in "~/"*) d=$HOME/${2#"~/"} ;; *) d=$2 ;; esac
hex() { head -c "$max" | od -An -v -tx1 | tr -d ' \n'; }
read_env() { cat "$d/.env" 2>/dev/null || sudo -n cat "$d/.env" 2>/dev/null; }
differs=
for kept in "$s"/releases/*.env; do
    [ -e "$kept" ] && ! read_env | cmp -s - "$kept" || continue
    id=${kept##*/}
    echo "env ${id%.env} $(hex <"$kept")"
    differs=1
done
[ -z "$differs" ] || echo "env now $(read_env | hex)"
read_file() { cat "$d/$1" 2>/dev/null || sudo -n cat "$d/$1" 2>/dev/null; }
for kept in "$s"/releases/*.files; do
    [ -d "$kept" ] || continue
    id=${kept##*/}
    printf '%s\n' "$4" | while IFS= read -r it; do
        [ -n "$it" ] && [ -f "$kept/$it" ] && ! read_file "$it" | cmp -s - "$kept/$it" || continue
        echo "file ${id%.files} -$(hex <"$kept/$it") -$(read_file "$it" | hex) $it"
    done
done
[ -n "$3" ] || exit 0
for kept in "$s"/releases/*.overlay; do
    [ -e "$kept" ] || continue
    id=${kept##*/}
    sudo -n cmp -s -- "$kept" "${d%/*}/$3" || echo "overlay ${id%.overlay}"
done
exit 0
"#;

/// Which releases of a project are kept, newest first?
#[derive(Debug, Clone, Serialize)]
pub struct Releases {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The checkout, whose `.env` is compared with those of the releases.
    #[serde(skip)]
    pub checkout: CheckoutPath,
    /// Other files of variables, which are compared in the same way.
    #[serde(skip)]
    pub files: Vec<VariablesFile>,
    /// The checkout and the overlay next to it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<(CheckoutPath, OverlayFile)>,
}

/// Why the kept releases are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReleasesError {
    /// The command's answer is not known.
    #[error("could not look for kept releases on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for ReleasesError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for Releases {
    const KIND: &'static str = "release.list";
    type Answer = Vec<Release>;
    type Error = ReleasesError;

    async fn ask(&self, live: &Live) -> Result<Vec<Release>, ReleasesError> {
        let host = self.host.clone();
        let script = script();
        let overlay = self.overlay.as_ref().map(|it| it.1.to_string()).unwrap_or_default();
        let files = lines(&self.files);
        let parameters = [self.project.to_string(), self.checkout.to_string(), overlay, files];
        let command = Command::script(&script, parameters).named("list-releases");
        match live.run(&Place::On(host.clone()), &command).await {
            Ok(output) => Ok(read(&output.stdout)),
            Err(source) => Err(ReleasesError::Ask { host, source }),
        }
    }
}

pub(super) fn script() -> String {
    format!("{STATE}max={BYTES_MAX}\n{LOOK}")
}

/// Parses the records. One that cannot be parsed was not written by this version, and is left out.
pub(super) fn read(text: &str) -> Vec<Release> {
    let after = |word: &'static str| text.lines().filter_map(move |it| it.strip_prefix(word));
    let differs: Vec<&str> = after("overlay ").collect();
    let envs: Vec<(&str, String)> = after("env ").filter_map(env).collect();
    let text_of = |id: &str| envs.iter().find(|it| it.0 == id).map(|it| it.1.as_str());
    let files: Vec<(&str, FileChange)> = after("file ").filter_map(file).collect();
    let now = text_of("now").unwrap_or_default();
    let mut releases: Vec<Release> = Vec::new();
    for (id, record) in after("release ").filter_map(|it| it.split_once(' ')) {
        let Ok(mut release) = serde_json::from_str::<Release>(record) else { continue };
        if id != release.commit {
            id.clone_into(&mut release.kept_as);
        }
        release.overlay_differs = differs.contains(&id);
        release.env = text_of(id).map(|it| EnvChange::between(it, now));
        let own = files.iter().filter(|it| it.0 == id);
        release.files = own.map(|it| it.1.clone()).collect();
        releases.push(release);
    }
    releases.sort_by_key(|it| std::cmp::Reverse(it.at));
    releases
}

/// The id and the text of a file.
fn env(line: &str) -> Option<(&str, String)> {
    let (id, digits) = line.split_once(' ')?;
    Some((id, String::from_utf8_lossy(&from_hex(digits)?).into_owned()))
}

/// The id of a release, and the difference of one of its files from the one on the host.
fn file(line: &str) -> Option<(&str, FileChange)> {
    let text = |digits: &str| {
        Some(String::from_utf8_lossy(&from_hex(digits.strip_prefix('-')?)?).into_owned())
    };
    let (id, rest) = line.split_once(' ')?;
    let (kept, rest) = rest.split_once(' ')?;
    let (now, name) = rest.split_once(' ')?;
    let change = EnvChange::between(&text(kept)?, &text(now)?);
    Some((id, FileChange { file: name.parse().ok()?, change }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_newest_first_with_what_became_of_their_overlay() {
        let line = |commit: &str, suffix: &str, at: &str| {
            let record = format!("{{\"commit\":\"{commit}\",\"at\":\"{at}\",\"images\":[]}}");
            format!("release {commit}{suffix} {record}\n")
        };
        let text = line("aaa", "", "2026-02-07T12:00:00Z")
            + &line("bbb", "", "2026-02-08T12:00:00Z")
            + &line("bbb", "-1f", "2026-02-09T12:00:00Z");
        let envs = "env bbb-1f 413d310a\nenv aaa zz\nenv now 413d320a\n";
        let seen = read(&(text + "not ours\nrelease ccc torn\noverlay aaa\n" + envs));
        let seen: Vec<_> = seen
            .iter()
            .map(|it| (it.id(), it.overlay_differs, it.env.as_ref().map(EnvChange::words)))
            .collect();
        let changed = Some("A changed".to_owned());
        assert_eq!(seen, [("bbb-1f", false, changed), ("bbb", false, None), ("aaa", true, None)]);
    }
}
