//! Which releases are kept.

use hemma_core::config::{CheckoutPath, OverlayFile, ProjectName};
use hemma_core::{Command, ExecError, Host, Live, NotRecorded, Place, Question};
use serde::{Deserialize, Serialize};

use super::Release;
use crate::lock::STATE;

const LOOK: &str = r#"
[ -d "$s/releases" ] || exit 0
cat "$s"/releases/*.json 2>/dev/null
[ -n "$3" ] || exit 0
case $2 in "~/"*) d=$HOME/${2#"~/"} ;; *) d=$2 ;; esac
for kept in "$s"/releases/*.overlay; do
    [ -e "$kept" ] || continue
    commit=${kept##*/}
    sudo -n cmp -s -- "$kept" "${d%/*}/$3" || echo "overlay ${commit%.overlay}"
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
    /// The checkout and the overlay beside it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<(CheckoutPath, OverlayFile)>,
}

/// Why it is not known which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
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

impl Question for Releases {
    const KIND: &'static str = "release.list";
    type Answer = Vec<Release>;
    type Error = ReleasesError;

    async fn ask(&self, live: &Live) -> Result<Vec<Release>, ReleasesError> {
        let host = self.host.clone();
        let script = format!("{STATE}{LOOK}");
        let (checkout, overlay) = match &self.overlay {
            Some((checkout, overlay)) => (checkout.to_string(), overlay.to_string()),
            None => Default::default(),
        };
        let parameters = [self.project.to_string(), checkout, overlay];
        let command = Command::script(&script, parameters).named("list-releases");
        match live.run(&Place::On(host.clone()), &command).await {
            Ok(output) => Ok(read(&output.stdout)),
            Err(source) => Err(ReleasesError::Ask { host, source }),
        }
    }
}

/// A record that cannot be read was not written by this version; it is no way back.
fn read(text: &str) -> Vec<Release> {
    let mut releases: Vec<Release> =
        text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    let differs: Vec<&str> = text.lines().filter_map(|it| it.strip_prefix("overlay ")).collect();
    for release in &mut releases {
        release.overlay_differs = differs.contains(&release.commit.as_str());
    }
    releases.sort_by_key(|it| std::cmp::Reverse(it.at));
    releases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_newest_first_with_what_became_of_their_overlay() {
        let line = |commit: &str, at: &str| {
            format!("{{\"commit\":\"{commit}\",\"at\":\"{at}\",\"images\":[]}}\n")
        };
        let text = line("aaa", "2026-02-07T12:00:00Z") + &line("bbb", "2026-02-08T12:00:00Z");
        let seen = read(&(text + "not ours\noverlay aaa\n"));
        let seen: Vec<_> = seen.iter().map(|it| (&*it.commit, it.overlay_differs)).collect();
        assert_eq!(seen, [("bbb", false), ("aaa", true)]);
    }
}
