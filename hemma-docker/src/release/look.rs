//! Which releases are kept.

use hemma_core::config::ProjectName;
use hemma_core::{Command, ExecError, Host, Live, NotRecorded, Place, Question};
use serde::{Deserialize, Serialize};

use super::Release;
use crate::lock::STATE;

const LOOK: &str = r#"
[ -d "$s/releases" ] || exit 0
cat "$s"/releases/*.json 2>/dev/null
exit 0
"#;

/// Which releases of a project are kept, newest first?
#[derive(Debug, Clone, Serialize)]
pub struct Releases {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
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
        let command = Command::script(&script, [self.project.to_string()]).named("list-releases");
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
    releases.sort_by_key(|it| std::cmp::Reverse(it.at));
    releases
}
