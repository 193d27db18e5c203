//! Building the images of services.

use std::time::Duration;

use hemma_core::{Change, Command, Cut, ExecError, Host, Live, NotRecorded, Place, Progress};
use serde::{Deserialize, Serialize};

use super::said::{last_lines, news};
use super::tree::{Tree, in_tree};
use super::{ComposeFiles, Model};
use crate::built;

/// The end of a failed build that is shown.
const LAST_LINES: usize = 20;

/// Builds the images of some services, from the checkout or from a commit. Running containers keep theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The files.
    pub files: ComposeFiles,
    /// The services, never empty.
    pub services: Vec<String>,
    /// What each service's image is called, so that it can be noted which commit it is made from.
    #[serde(skip)]
    pub images: Vec<(String, String)>,
    /// The state of the repository.
    #[serde(default, skip_serializing_if = "Tree::is_checkout")]
    pub tree: Tree,
}

impl Build {
    /// The images of `services`, by the names that `model` has for them.
    pub fn new(files: ComposeFiles, services: Vec<String>, model: Option<&Model>) -> Self {
        let name = |it: &String| Some((it.clone(), model?.services.get(it)?.image.clone()));
        let images = services.iter().filter_map(name).collect();
        Self { files, services, images, tree: Tree::Checkout }
    }

    /// From a commit, whatever is checked out.
    pub fn of_commit(files: ComposeFiles, services: Vec<String>, commit: String) -> Self {
        Self { files, services, images: Vec::new(), tree: Tree::Commit(commit) }
    }

    fn command(&self) -> Command {
        let build = ["--progress", "plain", "build", "--"];
        let command = if self.tree.is_checkout() {
            self.files.command()
        } else {
            let parameters = self.tree.parameters(self.files.checkout.as_str());
            let script = in_tree("sudo -n docker \"$@\"");
            Command::script(&script, parameters).named("build-commit").args(self.files.words())
        };
        command.args(build).args(&self.services).limit(Duration::from_secs(2 * 60 * 60))
    }
}

/// Why images were not built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum BuildError {
    /// The command's answer is not known.
    #[error("could not learn whether the build on {host} succeeded")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The build failed.
    #[error("the build on {host} failed with exit code {exit}")]
    Failed {
        /// The host.
        host: Host,
        /// Compose's exit code.
        exit: i32,
        /// The end of what it said.
        last_lines: Vec<String>,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Change for Build {
    const KIND: &'static str = "compose.build";
    /// Nothing runs on a half-built image.
    const CUT: Cut = Cut::AtOnce;
    type Receipt = ();
    type Error = BuildError;

    fn describe(&self) -> String {
        format!("build {}", self.services.join(", "))
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), BuildError> {
        let host = self.files.host.clone();
        let command = self.command();
        let noted = !self.images.is_empty() && built::begin(live, &self.files).await;
        match live.run_telling(&Place::On(host.clone()), &command, &news(progress)).await {
            Err(source) => Err(BuildError::Ask { host, source }),
            Ok(output) if output.success() => {
                if noted {
                    built::note(live, &self.files, &self.images).await;
                }
                Ok(())
            }
            Ok(output) => {
                let said = format!("{}{}", output.stdout, output.stderr);
                let last_lines = last_lines(&said, LAST_LINES);
                Err(BuildError::Failed { host, exit: output.exit, last_lines })
            }
        }
    }
}
