//! Looking at the files and images that the compose files refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hemma_core::{
    Classified, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError, Place, Question,
    storage,
};
use hemma_docker::compose::spot::FIND;
use hemma_docker::compose::{BuildSpec, ComposeFiles, Model, build_arguments};
use hemma_git::Tree;
use hemma_git::checkout::cause;
use serde::{Deserialize, Serialize};

use super::Sources;
use crate::reads::{self, READ_TREE};

/// Looks at the tree. A mount that is empty and ignored was missing once, and Docker made it.
const LOOK: &str = r#"
said=$(sudo -n docker buildx version 2>/dev/null) && echo "buildx $(echo "$said" | cut -d ' ' -f 2)"
said=$(sudo -n docker compose version --short 2>/dev/null) && echo "compose $said"
echo "processor $(uname -m)"
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
for list in words files names; do
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
    shift
    case $file in --) break ;; esac
    printf '%s %s\n' '--8<--' "$file"
    head -c 262145 -- "$file" 2>/dev/null
    echo
done
[ $# -eq 0 ] || sudo -n docker "$@" config --format json >"$w/config" 2>/dev/null &
[ ! -s "$w/names" ] || read_tree
wait
if [ $# -gt 0 ]; then
    printf '%s %s\n' '--8<--' '--'
    cat "$w/config"
fi
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
    /// The builds that have more than such arguments, each with the service. The values of their
    /// other arguments are taken from Compose while the question is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<(String, BuildSpec)>,
    /// What is asked of the repository itself; `None` where nothing of it applies. It follows from
    /// the compose files, so a recording does not have it.
    #[serde(skip)]
    pub(crate) reads: Option<reads::Asked>,
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
        let in_checkout = |it: &&BuildSpec| {
            let is_elsewhere = it.context.starts_with('/') || it.context.contains("://");
            !it.dockerfile.is_empty() && !is_elsewhere
        };
        let all = model.services.iter().filter(|(_, it)| it.replicas > 0);
        let all = all.filter_map(|(name, it)| Some((name, it.build.as_ref().filter(in_checkout)?)));
        let (plain, more): (Vec<_>, Vec<_>) = all.partition(|(_, it)| it.has_only_images());
        let mut dockerfiles: Vec<_> =
            plain.into_iter().map(|(_, it)| (it.path(), it.images.clone())).collect();
        let builds = more.into_iter().map(|(name, it)| (name.to_string(), it.clone())).collect();
        binds.sort();
        binds.dedup();
        dockerfiles.sort();
        dockerfiles.dedup();
        let reads = reads::Asked::of(model);
        Self { files, tree, binds, mentions, dockerfiles, builds, reads }
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
        let names = self.reads.iter().flat_map(reads::Asked::words);
        let words = words.chain(self.files.paths()).chain(rule()).chain(names).chain(rule());
        let words = words.chain(self.paths());
        // Values that may be secret are asked for only where a judgement may need them.
        let withheld = self.builds.iter().any(|it| !it.1.withheld.is_empty());
        let withheld = withheld || self.reads.is_some();
        let compose = withheld.then(|| rule().chain(self.files.words()));
        let command = self
            .tree
            .workdir()
            .command(&format!("{FIND}{READ_TREE}{LOOK}"), &self.files.checkout)
            .named("look-at-sources")
            .args(words.chain(compose.into_iter().flatten()))
            .limit(Duration::from_secs(180));
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(SourcesError::Ask { host, source }),
            Ok(output) if output.success() => Ok(self.read(&output.stdout)),
            Ok(output) => Err(SourcesError::Tree { host, said: cause::of(&output.stderr) }),
        }
    }
}

impl LookSources {
    /// The paths of the Dockerfiles, each once.
    pub(crate) fn paths(&self) -> BTreeSet<String> {
        let builds = self.builds.iter().map(|it| it.1.path());
        self.dockerfiles.iter().map(|it| it.0.clone()).chain(builds).collect()
    }

    /// Reads the script's answer.
    pub(crate) fn read(&self, text: &str) -> Sources {
        let mut parts = text.split("--8<-- ");
        let (mut sources, mut processor) = (Sources::default(), None);
        for line in parts.next().unwrap_or_default().lines() {
            match line.strip_prefix("processor ") {
                Some(it) => processor = Some(it),
                None => sources.note(line),
            }
        }
        let parts: Vec<(&str, &str)> = parts.filter_map(|it| it.split_once('\n')).collect();
        let texts: BTreeMap<&str, &str> = parts.iter().copied().collect();
        let arguments = texts.get("--").map(|it| build_arguments(it)).unwrap_or_default();
        let plain = self.dockerfiles.iter().map(|(path, images)| {
            let spec = BuildSpec { images: images.clone(), ..BuildSpec::default() };
            (path.clone(), String::new(), spec)
        });
        let builds = self.builds.iter().map(|(name, it)| (it.path(), name.clone(), it.clone()));
        for (path, service, spec) in plain.chain(builds) {
            let Some(text) = texts.get(path.as_str()) else { continue };
            let of_service = arguments.get(&service);
            sources.dockerfile(&path, text, (&spec, of_service, processor));
        }
        let json = texts.get("--").copied().unwrap_or_default();
        let brought = self.reads.as_ref().and_then(|it| it.read(&parts, json, processor));
        if let Some(brought) = brought {
            for (spot, (service, spec), text) in brought.inline() {
                sources.inline(&spot, text, (spec, arguments.get(service), processor));
            }
            sources.noticed = brought.judge(&sources.bases);
        }
        sources
    }
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::{BuildContext, Spot};

    use super::super::Absence;
    use super::*;
    use crate::layers::{Layers, compose_files};

    #[test]
    fn what_the_host_says_is_read() {
        let config = crate::Config::default();
        let files = compose_files(&config, Layers::Main);
        let dockerfiles = vec![("api/Dockerfile".to_owned(), BTreeMap::new())];
        let (binds, mentions) = (Vec::new(), Vec::new());
        let builds = Vec::new();
        let asked = LookSources {
            files,
            tree: Tree::Checkout,
            binds,
            mentions,
            dockerfiles,
            builds,
            reads: None,
        };
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

    #[test]
    fn an_argument_of_any_name_is_read_where_a_dockerfile_needs_it() {
        let config = crate::Config::default();
        let spec = BuildSpec {
            context: "web".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            withheld: vec!["BASE".to_owned(), "TOKEN".to_owned()],
            target: "run".to_owned(),
            contexts: [("shared".to_owned(), BuildContext::Directory("lib".to_owned()))].into(),
            ..BuildSpec::default()
        };
        let asked = LookSources {
            files: compose_files(&config, Layers::Main),
            tree: Tree::Checkout,
            binds: Vec::new(),
            mentions: Vec::new(),
            dockerfiles: Vec::new(),
            builds: vec![("web".to_owned(), spec)],
            reads: None,
        };
        let file = "compose 5.6.1\nbuildx v0.17.1\nprocessor x86_64\n--8<-- web/Dockerfile\n\
                    ARG BASE\nFROM unused:1 AS dev\nFROM $BASE AS run\nCOPY --from=shared a b\n\n";
        let json = r#"--8<-- --
            {"services":{"web":{"build":{"args":{"BASE":"own/base:1","TOKEN":"s3cret"}}}}}"#;
        let seen = asked.read(&format!("{file}{json}"));
        let spot = |line| Spot { file: "web/Dockerfile".to_owned(), line };
        assert_eq!(seen.bases, [(spot(3), "own/base:1".to_owned())]);
        assert!(seen.unread.is_empty() && !format!("{seen:?}").contains("s3cret"));
        // Without Compose's answer its value is not known, and that is said.
        let seen = asked.read(file);
        assert!(seen.bases.is_empty(), "{seen:?}");
        let why = "`FROM $BASE`: the value of `BASE` is not known";
        assert_eq!(seen.unread, [(spot(3), why.to_owned())]);
        let long = format!("--8<-- web/Dockerfile\nFROM a AS run\n{}\n", "#\n".repeat(131_072));
        assert!(asked.read(&long).unread[0].1.contains("too long"));
    }
}
