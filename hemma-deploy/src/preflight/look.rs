//! Looking at the files and images that the compose files refer to.

use std::collections::BTreeMap;
use std::time::Duration;

use hemma_core::{
    Classified, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError, Place, Question,
    storage,
};
use hemma_docker::compose::spot::{self, FIND};
use hemma_docker::compose::{ComposeFiles, Model, Spot};
use hemma_git::Tree;
use hemma_git::checkout::cause;
use serde::{Deserialize, Serialize};

use super::dockerfile::Needs;

/// Looks at the tree. A mount that is empty and ignored was missing once, and Docker made it.
const LOOK: &str = r#"
said=$(sudo -n docker buildx version 2>/dev/null) && echo "buildx $(echo "$said" | cut -d ' ' -f 2)"
said=$(sudo -n docker compose version --short 2>/dev/null) && echo "compose $said"
g=$d/.git; [ -e "$g" ] || g=$t/.git
# With the rules of the tree, and for what is not there both as a file and as a directory. This one
# command of git's refuses to take paths by the letter.
ignored() (
    unset GIT_LITERAL_PATHSPECS
    git --git-dir="$g" --work-tree="$t" check-ignore -- "./$1" "./$1/" >/dev/null 2>&1
)
for word do
    case $word in --) shift; break ;; esac
    shift
    case $word in
    /*) sudo -n test -e "$word" || printf 'absent %s\n' "$word"; continue ;;
    esac
    at=
    if sudo -n test -e "$d/$word"; then at=$d/$word; elif [ -e "$word" ]; then at=$t/$word; fi
    if [ -z "$at" ]; then
        if ignored "$word"; then printf 'ignored %s\n' "$word"; else printf 'absent %s\n' "$word"; fi
    elif [ -d "$at" ] && [ -z "$(sudo -n ls -A "$at")" ] && ignored "$word"; then
        printf 'empty %s\n' "$word"
    fi
done
# git leaves the directory of a submodule empty, or as it was, unless it is told to fetch it.
[ ! -f .gitmodules ] || git config -f .gitmodules --get-regexp '^submodule\..*\.path$' | while read -r _ it; do
    if [ -n "$(ls -A "$d/$it" 2>/dev/null)" ]; then echo "submodule $it"; else echo "no-submodule $it"; fi
done
# A file that Git LFS keeps elsewhere is a pointer where git-lfs did not fetch it.
if find . -path ./.git -prune -o -name .gitattributes -exec grep -qs 'filter=lfs' {} \; -print -quit | grep -q .; then
    find . -path ./.git -prune -o -type f -size -2 -exec \
        grep -ls '^version https://git-lfs.github.com/spec/v1' {} + | sed 's|^\./|pointer |' | head -n 100
fi
for list in words files; do
    : >"$w/$list"
    for word do
        case $word in --) shift; break ;; esac
        shift
        printf '%s\n' "$word" >>"$w/$list"
    done
done
find_words
while IFS= read -r file; do
    line=$(grep -n -m 1 '^name:' -- "$file" 2>/dev/null) && printf 'project %s:%s\n' "$file" "$line"
done <"$w/files"
for file do
    printf '%s %s\n' '--8<--' "$file"
    head -c 262144 -- "$file" 2>/dev/null
    echo
done
exit 0
"#;

/// Which images do the Dockerfiles of a tree need, and do the mounts of the services exist?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookSources {
    /// The compose files.
    pub files: ComposeFiles,
    /// The state of the repository.
    pub tree: Tree,
    /// The paths that are mounted from the host.
    pub binds: Vec<String>,
    /// Texts whose place in the compose files is wanted.
    pub mentions: Vec<String>,
    /// The Dockerfiles, each with the build arguments that name images.
    pub dockerfiles: Vec<(String, BTreeMap<String, String>)>,
}

/// The answer about the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Whether the host can build with BuildKit.
    pub buildx: bool,
    /// The version of the buildx plugin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buildx_version: Option<String>,
    /// The version of Compose, which decides how it builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compose_version: Option<String>,
    /// The images that Dockerfiles begin from, with their places.
    pub bases: Vec<(Spot, String)>,
    /// The instructions that only BuildKit knows, with their places.
    pub buildkit: Vec<(Spot, String)>,
    /// The mounts that do not exist, and why.
    pub absent: BTreeMap<String, Absence>,
    /// The first place of each wanted text.
    pub mentions: BTreeMap<String, Spot>,
    /// The project's `name:` in the last of the files that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<(Spot, String)>,
    /// The paths of git submodules, and whether the checkout on the host has their files.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub submodules: BTreeMap<String, bool>,
    /// The files that are pointers of Git LFS, a hundred at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lfs_pointers: Vec<String>,
}

/// The reason why a mount does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Absence {
    /// The mount exists nowhere.
    Absent,
    /// git ignores the mount, so no clone has it.
    Ignored,
    /// The mount exists and is empty, and git ignores it.
    Empty,
}

/// Why the tree could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SourcesError {
    /// The command's answer is not known.
    #[error("could not look at what the compose files on {host} refer to")]
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
        /// git's message.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for SourcesError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Tree { host, said } => storage::classify(ErrorClass::Unknown, host, said),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl LookSources {
    /// The question about what the running services of `model` refer to.
    pub fn of(files: ComposeFiles, tree: Tree, model: &Model, mentions: Vec<String>) -> Self {
        let wanted = || model.services.values().filter(|it| it.replicas > 0);
        let mut binds: Vec<String> = wanted().flat_map(|it| it.binds.clone()).collect();
        let build = |it: &hemma_docker::compose::Service| {
            let build = it.build.as_ref().filter(|it| !it.dockerfile.is_empty())?;
            let inside = !build.context.starts_with('/') && !build.context.contains("://");
            inside.then(|| (build.path(), build.images.clone()))
        };
        let mut dockerfiles: Vec<_> = wanted().filter_map(build).collect();
        binds.sort();
        binds.dedup();
        dockerfiles.sort();
        dockerfiles.dedup();
        Self { files, tree, binds, mentions, dockerfiles }
    }
}

impl Question for LookSources {
    const KIND: &'static str = "compose.sources";
    type Answer = Sources;
    type Error = SourcesError;

    async fn ask(&self, live: &Live) -> Result<Sources, SourcesError> {
        let host = self.files.host.clone();
        let rule = || std::iter::once("--".to_owned());
        let words = self.binds.iter().cloned().chain(rule());
        let words = words.chain(self.mentions.iter().cloned()).chain(rule());
        let words = words.chain(self.files.paths()).chain(rule());
        let command = self
            .tree
            .workdir()
            .command(&format!("{FIND}{LOOK}"), &self.files.checkout)
            .named("look-at-sources")
            .args(words.chain(self.dockerfiles.iter().map(|it| it.0.clone())))
            .limit(Duration::from_secs(180));
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(SourcesError::Ask { host, source }),
            Ok(output) if output.success() => Ok(self.read(&output.stdout)),
            Ok(output) => Err(SourcesError::Tree { host, said: cause::of(&output.stderr) }),
        }
    }
}

impl LookSources {
    fn read(&self, text: &str) -> Sources {
        let mut parts = text.split("--8<-- ");
        let mut sources = Sources::default();
        for line in parts.next().unwrap_or_default().lines() {
            sources.note(line);
        }
        let texts: BTreeMap<&str, &str> = parts.filter_map(|it| it.split_once('\n')).collect();
        for (file, arguments) in &self.dockerfiles {
            let Some(text) = texts.get(file.as_str()) else { continue };
            let needs = Needs::read(text, arguments);
            let spot = |line: usize| Spot { file: file.clone(), line };
            sources.bases.extend(needs.images.into_iter().map(|(line, it)| (spot(line), it)));
            let buildkit = needs.buildkit.map(|(line, it)| (spot(line), it));
            sources.buildkit.extend(buildkit);
        }
        sources
    }
}

impl Sources {
    fn note(&mut self, line: &str) {
        if let Some((text, spot)) = spot::read(line) {
            self.mentions.insert(text, spot);
            return;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let absence = match word {
            "buildx" => {
                self.buildx = true;
                self.buildx_version = Some(rest.to_owned()).filter(|it| !it.is_empty());
                return;
            }
            "compose" => return self.compose_version = Some(rest.to_owned()),
            "submodule" | "no-submodule" => {
                self.submodules.insert(rest.to_owned(), word == "submodule");
                return;
            }
            "project" => {
                self.project = project(rest).or(self.project.take());
                return;
            }
            "pointer" => return self.lfs_pointers.push(rest.to_owned()),
            "absent" => Absence::Absent,
            "ignored" => Absence::Ignored,
            "empty" => Absence::Empty,
            _ => return,
        };
        self.absent.insert(rest.to_owned(), absence);
    }
}

/// The place and the name in `FILE:LINE:name: PROJECT`.
fn project(text: &str) -> Option<(Spot, String)> {
    let (place, name) = text.split_once(":name:")?;
    let (file, line) = place.rsplit_once(':')?;
    let name = name.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    let spot = Spot { file: file.to_owned(), line: line.parse().ok()? };
    (!name.is_empty()).then(|| (spot, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{Layers, compose_files};

    #[test]
    fn what_the_host_says_is_read() {
        let config = crate::Config::default();
        let files = compose_files(&config, Layers::Main);
        let dockerfiles = vec![("api/Dockerfile".to_owned(), BTreeMap::new())];
        let (binds, mentions) = (Vec::new(), Vec::new());
        let asked = LookSources { files, tree: Tree::Checkout, binds, mentions, dockerfiles };
        let seen = asked.read(
            "buildx v0.17.1\ncompose 5.6.1\nignored frontend/dist\nabsent /srv/x\n\
             project base.yml:1:name: shop\nproject prod.yml:3:name: 'shop-live' # as it is called\n\
             submodule vendor/one\nno-submodule vendor/two three\npointer assets/a.bin\n\
             at docker-compose.yml:7 8085:8085\nat \n\
             --8<-- api/Dockerfile\nFROM a:1\nRUN --mount=type=cache,target=/c make\n",
        );
        let spot = |file: &str, line| Spot { file: file.to_owned(), line };
        assert!(seen.buildx);
        assert_eq!(seen.buildx_version.as_deref(), Some("v0.17.1"));
        assert_eq!(seen.compose_version.as_deref(), Some("5.6.1"));
        assert_eq!(seen.absent["frontend/dist"], Absence::Ignored);
        assert_eq!(seen.absent["/srv/x"], Absence::Absent);
        assert!(seen.submodules["vendor/one"] && !seen.submodules["vendor/two three"]);
        assert_eq!(seen.lfs_pointers, ["assets/a.bin"]);
        assert_eq!(seen.project, Some((spot("prod.yml", 3), "shop-live".to_owned())));
        assert_eq!(seen.mentions["8085:8085"], spot("docker-compose.yml", 7));
        assert_eq!(seen.bases, [(spot("api/Dockerfile", 1), "a:1".to_owned())]);
        assert_eq!(seen.buildkit, [(spot("api/Dockerfile", 2), "RUN --mount".to_owned())]);
    }
}
