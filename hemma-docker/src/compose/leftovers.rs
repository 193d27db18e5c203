//! What a failed build of the classic builder leaves on the host.
//!
//! The classic builder runs each step in a container. Where several images are built at once and
//! one fails, Compose ends while the steps of the others still run in the engine.

use std::time::Duration;

use hemma_core::{Command, Host, Live, Place};

/// `SCRIPT SECONDS ID…` removes the containers of a build that ran for the last SECONDS, and counts
/// the images without a name that it made.
///
/// The ids are read from the build's output, which a step of it may write as it likes. So a
/// container is removed only if it was made during the build, from an image by its id as the builder
/// does, and belongs to no compose project.
const SCRIPT: &str = r#"
oldest=$(date -u -d "@$(($(date +%s) - $1))" +%Y-%m-%dT%H:%M:%S) || exit
shift
is_new() { [ "$(printf '%s\n' "$oldest" "$1" | LC_ALL=C sort | head -n 1)" = "$oldest" ]; }
of_build='{{.Created}} {{.Config.Image}} {{index .Config.Labels "com.docker.compose.project"}}'
for id do
    seen=$(docker inspect --type container --format "$of_build" "$id" 2>/dev/null) || continue
    image=${seen#* }
    case $image in sha256:*' ') ;; *) continue ;; esac
    is_new "${seen%% *}" || continue
    if docker rm -f "$id" >/dev/null 2>&1; then echo "removed $id"; else echo "stays $id"; fi
done
docker image ls -q --no-trunc --filter dangling=true | sort -u | while read -r id; do
    made=$(docker inspect --type image --format '{{.Created}}' "$id" 2>/dev/null) || continue
    ! is_new "$made" || echo "image $id"
done
"#;

/// More time than the clocks of a build's beginning and of its script can differ by.
const SLACK: Duration = Duration::from_secs(2);

/// Removes what of a failed build still runs, and returns lines about what was found. `ids` are the
/// containers that the build's output named and did not take back.
pub(super) async fn clean_up(
    live: &Live,
    host: &Host,
    ids: Vec<String>,
    took: Duration,
) -> Vec<String> {
    let seconds = (took + SLACK).as_secs().to_string();
    let args = std::iter::once(seconds).chain(ids.iter().cloned());
    let command = Command::script(SCRIPT, args).named("clean-up-after-build").sudo();
    match live.run(&Place::On(host.clone()), &command.limit(Duration::from_secs(60))).await {
        Ok(output) => lines(&output.stdout),
        Err(error) if ids.is_empty() => {
            vec![format!("could not look for what is left of the build: {error}")]
        }
        Err(error) => vec![format!(
            "could not look whether containers of the build still run ({}): {error}",
            ids.join(", ")
        )],
    }
}

/// Reads the script's output.
fn lines(text: &str) -> Vec<String> {
    let of = |word: &str| -> Vec<&str> {
        text.lines().filter_map(|it| it.strip_prefix(word)?.strip_prefix(' ')).collect()
    };
    let (removed, stays, images) = (of("removed"), of("stays"), of("image"));
    let mut lines = Vec::new();
    if !removed.is_empty() {
        lines.push(format!("removed of this build: {}", counted(removed.len(), "container")));
    }
    if !stays.is_empty() {
        lines.push(format!("could not be removed: docker rm -f {}", stays.join(" ")));
    }
    if !images.is_empty() {
        let count = counted(images.len(), "image");
        lines.push(format!("left of this build: {count} without a name, which pruning removes"));
    }
    lines
}

fn counted(count: usize, what: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {what}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An engine with a container of this build, an older one, one of a compose project, one that
    /// a person started from a named image, one that cannot be removed, and one that is gone.
    const DOCKER: &str = r#"
docker() {
    now=$(date -u +%Y-%m-%dT%H:%M:%S)
    case "$1 $2 $*" in
    *"container"*own) echo "$now.123456789Z sha256:1 " ;;
    *"container"*stuck) echo "$now.123456789Z sha256:1 " ;;
    *"container"*old) echo "2020-01-01T00:00:00.123456789Z sha256:1 " ;;
    *"container"*compose) echo "$now.123456789Z sha256:1 shop" ;;
    *"container"*named) echo "$now.123456789Z postgres:16 " ;;
    *"container"*gone) return 1 ;;
    "rm -f "*stuck) return 1 ;;
    "rm -f "*own) ;;
    "rm "*) echo "wrongly removed $*" >&2 ;;
    "image ls "*) printf '%s\n' sha256:new sha256:old2 sha256:new ;;
    *"image"*new) echo "$now.5Z" ;;
    *"image"*old2) echo 2020-01-01T00:00:00Z ;;
    esac
}
"#;

    #[test]
    fn only_what_the_build_made_is_removed_and_the_rest_is_said() {
        let script = format!("{DOCKER}{SCRIPT}");
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh")
            .args(["-c", &script, "sh", "5", "own", "old", "compose", "named", "stuck", "gone"])
            .output()
            .expect("there is a shell");
        let text = String::from_utf8(ran.stdout).expect("plain");
        assert_eq!(text, "removed own\nstays stuck\nimage sha256:new\n");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
        let expected = [
            "removed of this build: 1 container",
            "could not be removed: docker rm -f stuck",
            "left of this build: 1 image without a name, which pruning removes",
        ];
        assert_eq!(lines(&text), expected);
        assert!(lines("").is_empty());
    }
}
