//! Going back: the commit in the checkout, and the images under the names that Compose looks for.

use hemma_core::config::{CheckoutPath, ProjectName};
use hemma_core::{Change, Command, Cut, ExecError, Host, Live, NotRecorded, Place, Progress};
use serde::{Deserialize, Serialize};

use super::KeptImage;
use crate::checkout::short;
use crate::storage::PROBE;

/// `--keep` moves the branch and refuses to lose a change in the work tree.
const RESTORE: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
git -C "$d" reset --quiet --keep "$2" || { probe "$d/.git"; exit 72; }
shift 2
while [ $# -gt 1 ]; do sudo -n docker tag "$1" "$2" || exit 71; shift 2; done
"#;

/// Puts a kept release's commit and images back in place. Containers are not touched yet.
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
    /// The images.
    pub images: Vec<KeptImage>,
}

/// Why a release is not back in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RestoreError {
    /// The command's answer is not known.
    #[error("could not learn whether {commit} is back in place on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// The commit.
        commit: String,
        /// Why not.
        source: ExecError,
    },
    /// Something said no.
    #[error("could not put {commit} back in place on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The commit.
        commit: String,
        /// Its last words.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Change for Restore {
    const KIND: &'static str = "release.restore";
    const CUT: Cut = Cut::AfterwardsOnly;
    type Receipt = ();
    type Error = RestoreError;

    fn describe(&self) -> String {
        format!("put {} and its images back in place", short(&self.commit))
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), RestoreError> {
        let (host, commit) = (self.host.clone(), self.commit.clone());
        let images = self.images.iter().flat_map(|it| [it.id.clone(), it.name.clone()]);
        let parameters = [self.checkout.to_string(), commit.clone()].into_iter().chain(images);
        let command =
            Command::script(&format!("{PROBE}{RESTORE}"), parameters).named("restore-release");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(RestoreError::Ask { host, commit, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let said = output.last_words().to_owned();
                Err(RestoreError::Failed { host, commit, said })
            }
        }
    }
}
