//! Building the images of services.

use std::time::Duration;

use hemma_core::names::ServiceName;
use hemma_core::{
    Cancel, Change, Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded,
    OperatorError, Place, Progress, Workdir,
};
use serde::{Deserialize, Serialize};

use super::build_log::{self, BuildLog};
use super::leftovers::clean_up;
use super::said::news;
use super::{ComposeFiles, Model};

/// `keep_running PROJECT SERVICE… --` names the images that these services' containers run, as well
/// as those of other services that run the same: a build takes their names for the new ones, and
/// where the engine's images are in containerd's store, one without a name is removed although a
/// container runs on it. An image that is gone, or a name that the engine does not take, stops no
/// build. Where a service has several containers, the running one counts.
const KEEP_RUNNING: &str = r#"
keep_running() {
    project=$1; shift
    made=$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" \
        --filter label=com.docker.compose.oneoff=False)
    [ -n "$made" ] || return 0
    runs=$(docker inspect --format '{{.State.Running}} {{.Image}} {{index .Config.Labels "com.docker.compose.service"}}' $made 2>/dev/null | sort)
    images=$(printf '%s\n' "$runs" | while read -r _ image service; do
        for own do
            [ "$own" != -- ] || break
            [ "$own" != "$service" ] || echo "$image"
        done
    done)
    printf '%s\n' "$runs" | while read -r _ image service; do
        case "
$images
" in *"
$image
"*) docker tag "$image" "hemma.keep/$project/$service:running" 2>/dev/null ;; esac
    done
    return 0
}
"#;

/// Without attestations, a build that is answered from the cache gives the same image as before.
const RUN: &str = r#"
export BUILDX_NO_DEFAULT_ATTESTATIONS=1
keep_running "$@"
while [ "$1" != -- ]; do shift; done
shift
docker "$@"
"#;

/// Prefix of the script where the user is not root.
const AS_ROOT: &str = r#"
docker() { sudo -n env BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker "$@"; }
"#;

/// `docker compose -p … -f …` as root in the checkout, once what the services run has a name.
pub(super) fn keeping_what_runs(files: &ComposeFiles, services: &[ServiceName]) -> Command {
    Command::script(&format!("{KEEP_RUNNING}{RUN}"), own(files, services))
        .cwd(files.checkout.as_str())
        .sudo()
        .args(files.words())
}

/// The parameters of `keep_running`.
fn own(files: &ComposeFiles, services: &[ServiceName]) -> impl Iterator<Item = String> {
    let services = services.iter().map(ToString::to_string);
    std::iter::once(files.project.to_string())
        .chain(services)
        .chain(std::iter::once("--".to_owned()))
}

/// `drop_running PROJECT` removes the names that a [`Build`] gave to running images. A release that
/// is kept no longer needs them.
pub const DROP_RUNNING: &str = r#"
drop_running() {
    sudo -n docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "reference=hemma.keep/$1/*:running" |
        while read -r name; do sudo -n docker image rm "$name" >/dev/null; done
}
"#;

/// Builds the images of some services, from the checkout or from a commit. Running containers keep theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The compose files.
    pub files: ComposeFiles,
    /// The services, never empty.
    pub services: Vec<ServiceName>,
    /// The image name of each service: a builder may print that name alone.
    #[serde(skip)]
    pub images: Vec<(String, String)>,
    /// Where the files lie, and in which state.
    #[serde(skip_serializing_if = "Workdir::is_in_place")]
    pub tree: Workdir,
}

impl Build {
    /// The images of `services`, by the names that `model` has for them.
    pub fn new(files: ComposeFiles, services: Vec<ServiceName>, model: Option<&Model>) -> Self {
        let name =
            |it: &ServiceName| Some((it.to_string(), model?.services.get(it)?.image.clone()));
        let images = services.iter().filter_map(name).collect();
        Self { files, services, images, tree: Workdir::in_place() }
    }

    /// A build from another state of the files than the one in the checkout.
    pub fn in_tree(files: ComposeFiles, services: Vec<ServiceName>, tree: Workdir) -> Self {
        Self { files, services, images: Vec::new(), tree }
    }

    /// A progress that reports the build's output by service.
    pub fn told(&self, progress: &Progress) -> Progress {
        BuildLog::new(&self.services, &self.images).told(progress)
    }

    fn command(&self) -> Command {
        let command = if self.tree.is_in_place() {
            keeping_what_runs(&self.files, &self.services).named("build")
        } else {
            let build = format!("{AS_ROOT}{KEEP_RUNNING}{RUN}");
            let command = self.tree.command(&build, &self.files.checkout).named("build-commit");
            command.args(own(&self.files, &self.services)).args(self.files.words())
        };
        command
            .args(["--progress", "plain", "build", "--"])
            .args(self.services.iter().cloned())
            .limit(Duration::from_secs(2 * 60 * 60))
    }
}

/// Why images were not built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BuildError {
    /// The command's answer is not known.
    #[error("could not find out whether the build on {host} succeeded")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The build failed.
    #[error("the build{} on {host} failed with exit code {exit}", of(.services))]
    Failed {
        /// The host.
        host: Host,
        /// Compose's exit code.
        exit: i32,
        /// The service whose image could not be built; several where the builder does not say which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        services: Vec<String>,
        /// The step that failed, and the end of its output.
        last_lines: Vec<String>,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for BuildError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { .. } => {
                ErrorClass::NotAsPlanned.without("the last lines of the build are shown")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

/// ` of api`, or nothing where it is not known of which.
fn of(services: &[String]) -> String {
    if services.is_empty() { String::new() } else { format!(" of {}", services.join(" or ")) }
}

impl Change for Build {
    const KIND: &'static str = "compose.build";
    /// A build may be cut at once: nothing runs on a half-built image.
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = BuildError;

    fn describe(&self) -> String {
        format!("build {}", self.services.join(", "))
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), BuildError> {
        let host = self.files.host.clone();
        let command = self.command();
        let began = tokio::time::Instant::now();
        let (overheard, log) =
            build_log::overhear(BuildLog::new(&self.services, &self.images), progress);
        match live.run_telling(&Place::On(host.clone()), &command, &news(&overheard)).await {
            Err(source) => Err(BuildError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => {
                let failed = build_log::failure(&log);
                let (services, mut last_lines) = (failed.services, failed.lines);
                // BuildKit ends its steps with Compose, and keeps what they made in its cache.
                if let Some(ids) = build_log::containers(&log) {
                    last_lines.extend(clean_up(live, &host, ids, began.elapsed()).await);
                }
                Err(BuildError::Failed { host, exit: output.exit, services, last_lines })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_on_an_image_keeps_it_under_a_name_of_its_own() {
        // Three containers of `api`, and one of `worker` that runs the same image as the first.
        let docker = r#"
docker() {
    case $1 in
    ps) echo 'a b c d e' ;;
    inspect) printf '%s\n' 'true sha256:1 api' 'false sha256:0 api' 'true sha256:1 worker' 'true sha256:9 db' 'false sha256:7 job' ;;
    tag) echo "$2 $3"; [ "$2" != sha256:7 ] ;;
    *) echo "$BUILDX_NO_DEFAULT_ATTESTATIONS $*" ;;
    esac
}
"#;
        let script = format!("{docker}{KEEP_RUNNING}{RUN}");
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh")
            .args(["-c", &script, "sh", "p", "api", "job", "--", "compose", "build", "--", "api"])
            .output();
        let text = String::from_utf8(ran.expect("there is a shell").stdout).expect("plain");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "sha256:0 hemma.keep/p/api:running",
                "sha256:7 hemma.keep/p/job:running",
                "sha256:1 hemma.keep/p/api:running",
                "sha256:1 hemma.keep/p/worker:running",
                "1 compose build -- api",
            ]
        );
    }
}
