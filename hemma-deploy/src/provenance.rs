//! The provenance of images: the commit that each was made from.
//!
//! A whole deploy notes its commit when it has passed its gate. An image that was built on its own
//! needs a note of its own, or its commit would be unknown. The note names the image, so that one
//! which was built outside hemma meanwhile is not taken for it.

use std::collections::BTreeMap;
use std::time::Duration;

use hemma_core::names::ServiceName;
use hemma_core::{Cancel, Change, Command, Exec, ExecError, Live, Place, Progress, World};
use hemma_docker::compose::{Build, BuildError, ComposeFiles};

use crate::Config;
use serde::Serialize;

use crate::release::Release;
use crate::state_dir::STATE;

/// Prints `key=value` lines: the notes, the deployed release, and the changes since each.
const LOOK: &str = r#"
case $2 in "~/"*) d=$HOME/${2#"~/"} ;; *) d=$2 ;; esac
overlay=$3; shift 3
# What is not in the repository and may say how an image is built.
newer() {
    for file in .env ${overlay:+"../$overlay"}; do
        if [ "$d/$file" -nt "$1" ]; then echo "$file"; return; fi
    done
    echo -
}
for service do
    note=$s/built/$service
    [ -f "$note" ] && read -r commit image <"$note" || continue
    echo "note=$commit $(newer "$note") $image $service"
    commits="$commits $commit"
done
deployed=$(git -C "$d" rev-parse -q --verify refs/hemma/deployed)
release=$s/releases/$deployed.json
if [ -n "$deployed" ] && [ -f "$release" ]; then
    echo "deployed=$deployed $(newer "$release") $(cat "$release")"
    commits="$commits $deployed"
fi
for commit in $(printf '%s\n' $commits | sort -u); do
    git -C "$d" cat-file -e "$commit^{commit}" 2>/dev/null || continue
    echo "since=$commit"
    git -C "$d" diff --name-only --no-renames "$commit" HEAD | head -n 5000 | sed 's/^/changed=/'
done
exit 0
"#;

/// Takes a commit from the argument after the project.
const AT: &str = r#"
project=$1 at=$2; shift 2; set -- "$project" "$@"
"#;

/// The script for the changes up to the checkout, or up to the commit after the project. A commit
/// that the host does not have says nothing about changes.
fn look_script(at: Option<&str>) -> String {
    if at.is_none() {
        return format!("{STATE}{LOOK}");
    }
    let there = r#"cat-file -e "$at^{commit}" 2>/dev/null && git -C "$d" cat-file -e "$commit"#;
    let look = LOOK.replace(r#"cat-file -e "$commit"#, there).replace(" HEAD ", r#" "$at" "#);
    format!("{STATE}{AT}{look}")
}

/// Notes the commit and the time before the build begins: later changes belong to the next build.
const BEGIN: &str = r#"
case $2 in "~/"*) d=$HOME/${2#"~/"} ;; *) d=$2 ;; esac
mkdir -p "$s/built" && git -C "$d" rev-parse --verify HEAD >"$s/built/.begun"
"#;

const NOTE: &str = r#"
shift; b=$s/built
read -r commit <"$b/.begun" || exit 70
while [ $# -gt 1 ]; do
    id=$(sudo -n docker image inspect --format '{{.Id}}' -- "$2") || exit 71
    printf '%s %s\n' "$commit" "$id" >"$b/.new" && touch -r "$b/.begun" "$b/.new" && mv "$b/.new" "$b/$1" || exit 70
    shift 2
done
"#;

const LIMIT: Duration = Duration::from_secs(60);

/// The provenance of the images of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Built {
    images: Vec<Known>,
    changed: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    service: String,
    image: String,
    commit: String,
    newer: Option<String>,
}

/// The changes since an image was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since<'b> {
    pub(crate) files: &'b [String],
    /// A newer file outside the repository that may change how the image is built.
    pub(crate) newer: Option<&'b str>,
}

impl Built {
    /// The changes since `image`, which is the service's, was made; `None` where its commit is
    /// unknown.
    pub(crate) fn since(&self, service: &str, image: &str) -> Option<Since<'_>> {
        let known = self.images.iter().find(|it| it.service == service && it.image == image)?;
        let files = self.changed.get(&known.commit)?;
        Some(Since { files, newer: known.newer.as_deref() })
    }

    /// Every file that changed since one of the images was made.
    pub(crate) fn files(&self) -> impl Iterator<Item = &String> {
        self.changed.values().flatten()
    }

    pub(crate) fn read(text: &str) -> Self {
        let (mut built, mut since) = (Self::default(), None);
        for (key, value) in text.lines().filter_map(|it| it.split_once('=')) {
            match key {
                "note" => built.images.extend(noted(value)),
                "deployed" => built.images.extend(deployed(value)),
                "since" => since = Some(built.changed.entry(value.to_owned()).or_default()),
                "changed" => since.iter_mut().for_each(|it| it.push(value.to_owned())),
                _ => {}
            }
        }
        built
    }
}

/// A note: `COMMIT NEWER IMAGE SERVICE`.
fn noted(value: &str) -> Option<Known> {
    let mut words = value.splitn(4, ' ');
    let (commit, newer) = (words.next()?, words.next()?);
    let (image, service) = (words.next()?, words.next()?);
    Some(Known::new((service, image), commit, newer))
}

/// The notes of a release: `COMMIT NEWER RELEASE`.
fn deployed(value: &str) -> Vec<Known> {
    let mut words = value.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    let (commit, newer, release) = (word(), word(), word());
    // A record that cannot be parsed is not from this version.
    let images = serde_json::from_str::<Release>(release).map(|it| it.images);
    let images = images.unwrap_or_default().into_iter();
    images.map(|it| Known::new((&it.service, &it.id), commit, newer)).collect()
}

impl Known {
    fn new((service, image): (&str, &str), commit: &str, newer: &str) -> Self {
        Self {
            service: service.to_owned(),
            image: image.to_owned(),
            commit: commit.to_owned(),
            newer: Some(newer.to_owned()).filter(|it| it != "-"),
        }
    }
}

/// Looks at the provenance of the images of `services`, and at the changes up to the commit `at`,
/// or to the checkout.
pub(crate) async fn look<'s>(
    world: &World,
    config: &Config,
    at: Option<&str>,
    services: impl Iterator<Item = &'s ServiceName>,
) -> Result<Built, ExecError> {
    let overlay = config.compose.overlay.as_ref().map(ToString::to_string);
    let (project, checkout) =
        (config.compose.project.to_string(), config.host.checkout.to_string());
    let fixed = [checkout, overlay.unwrap_or_default()]
        .into_iter()
        .chain(services.map(ToString::to_string));
    let parameters = std::iter::once(project).chain(at.map(str::to_owned)).chain(fixed);
    let script = Command::script(&look_script(at), parameters);
    let script = script.named("look-what-images-are-made-from").limit(LIMIT);
    let output = world.ask(&Exec::on(&config.host.alias, script)).await?;
    Ok(if output.success() { Built::read(&output.stdout) } else { Built::default() })
}

/// A build that notes the commit of its images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct NotedBuild(pub(crate) Build);

impl Change for NotedBuild {
    const KIND: &'static str = Build::KIND;
    const CANCEL: Cancel = Build::CANCEL;
    type Receipt = ();
    type Error = BuildError;

    fn describe(&self) -> String {
        self.0.describe()
    }

    async fn apply(&self, live: &Live, progress: &Progress) -> Result<(), BuildError> {
        let Build { files, images, .. } = &self.0;
        let noted = !images.is_empty() && begin(live, files).await;
        self.0.apply(live, progress).await?;
        if noted {
            note(live, files, images).await;
        }
        Ok(())
    }
}

/// Notes the state before a build. Returns whether that was possible.
async fn begin(live: &Live, files: &ComposeFiles) -> bool {
    let parameters = [files.project.to_string(), files.checkout.to_string()];
    let command = Command::script(&format!("{STATE}{BEGIN}"), parameters).named("note-commit");
    let begun = live.run(&Place::On(files.host.clone()), &command.limit(LIMIT)).await;
    begun.is_ok_and(|it| it.success())
}

/// Notes the built images by service and name. A note that could not be written costs one build
/// from the cache.
async fn note(live: &Live, files: &ComposeFiles, images: &[(String, String)]) {
    let names = images.iter().flat_map(|(service, image)| [service.clone(), image.clone()]);
    let parameters = std::iter::once(files.project.to_string()).chain(names);
    let command = Command::script(&format!("{STATE}{NOTE}"), parameters).named("note-images");
    let _ = live.run(&Place::On(files.host.clone()), &command.limit(LIMIT)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_own_note_or_by_the_release() {
        let release = r#"{"commit":"ccc","at":"2026-02-07T12:00:00Z","images":[
            {"service":"tool","name":"t","id":"sha256:2"}]}"#
            .replace('\n', "");
        let text = format!(
            "note=aaa - sha256:1 embed\nnote=bbb .env sha256:9 tool\ndeployed=ccc .env {release}\n\
             since=aaa\nsince=ccc\nchanged=a = b.py\nchanged=c.py\nnoise\n"
        );
        let built = Built::read(&text);
        let since =
            |service, image| built.since(service, image).map(|it| (it.files.len(), it.newer));
        assert_eq!(since("embed", "sha256:1"), Some((0, None)));
        assert_eq!(since("tool", "sha256:2"), Some((2, Some(".env"))), "as it was deployed");
        assert_eq!(since("embed", "sha256:2"), None, "somebody else has built it meanwhile");
        assert_eq!(since("tool", "sha256:9"), None, "its commit is gone");
        assert_eq!(built.files().count(), 2);
        assert_eq!(Built::read("note=\ndeployed=x - {\nchanged=a\n").files().count(), 0);
    }

    #[test]
    fn what_changed_is_told_up_to_the_commit_that_is_asked_about() {
        let home = tempfile::tempdir().expect("a directory");
        let ran = |script: &str, words: &[&str]| {
            #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
            let ran = std::process::Command::new("sh")
                .args(["-c", script, "sh"])
                .args(words)
                .current_dir(home.path())
                .envs([("HOME", home.path()), ("XDG_STATE_HOME", home.path())])
                .output();
            String::from_utf8(ran.expect("there is a shell").stdout).expect("plain")
        };
        let commits = ran(
            "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
            git init -q app && cd app && mkdir -p ../hemma/p/built
            for n in 1 2 3; do echo $n >f$n; git add . && git commit -q -m $n && git rev-parse HEAD; done
            echo \"$(git rev-parse HEAD~2) sha256:1\" >../hemma/p/built/api
            git reset -q --hard HEAD~1",
            &[],
        );
        let tip = commits.lines().last().expect("a commit");
        let unknown = "0".repeat(40);
        let changed = |at: Option<&str>| {
            let words = std::iter::once("p").chain(at).chain(["~/app", "", "api"]);
            let built = Built::read(&ran(&look_script(at), &words.collect::<Vec<_>>()));
            built.since("api", "sha256:1").map(|it| it.files.to_vec())
        };
        assert_eq!(changed(None), Some(vec!["f2".to_owned()]));
        assert_eq!(changed(Some(tip)), Some(vec!["f2".to_owned(), "f3".to_owned()]));
        assert_eq!(changed(Some(&unknown)), None, "what the host does not have is not known");
    }
}
