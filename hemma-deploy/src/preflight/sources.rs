//! What the files and images are that the compose files refer to.

use std::collections::BTreeMap;

use hemma_core::Secret;
use hemma_docker::compose::spot;
use hemma_docker::compose::{BuildContext, BuildSpec, Spot};
use serde::{Deserialize, Serialize};

use super::builder;
use crate::dockerfile::{Builder, Needs, Wanted};
use crate::reads::Noticed;

/// The largest part of a Dockerfile that is looked at, in bytes.
const DOCKERFILE_MAX: usize = 262_144;

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
    /// What is not known about Dockerfiles, with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<(Spot, String)>,
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
    /// What the files of the repository show that is likely to fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noticed: Vec<Noticed>,
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

type Values = BTreeMap<String, Secret>;

impl Sources {
    /// Notes what one build of a Dockerfile needs.
    pub(super) fn dockerfile(
        &mut self,
        path: &str,
        text: &str,
        (spec, values, processor): (&BuildSpec, Option<&Values>, Option<&str>),
    ) {
        let known = spec.images.iter().map(|(name, it)| (name.clone(), Some(it.clone())));
        let value = |name: &String| values?.get(name).map(|it| it.reveal().to_owned());
        let withheld = spec.withheld.iter().map(|name| (name.clone(), value(name)));
        let image = |it: &BuildContext| match it {
            BuildContext::Image(image) => Some(image.clone()),
            _ => None,
        };
        let contexts = spec.contexts.iter().map(|(name, it)| (name.clone(), image(it)));
        let needs = Needs::read(
            text,
            Wanted {
                arguments: &known.chain(withheld).collect(),
                target: Some(spec.target.as_str()).filter(|it| !it.is_empty()),
                contexts: &contexts.collect(),
                processor,
                builder: self.builder(),
            },
        );
        let spot = |line: usize| Spot { file: path.to_owned(), line };
        self.bases.extend(needs.images.into_iter().map(|(line, it)| (spot(line), it)));
        self.buildkit.extend(needs.buildkit.map(|(line, it)| (spot(line), it)));
        self.unread.extend(needs.unknown.into_iter().map(|(line, it)| (spot(line), it)));
        // The script ends each file with a line break of its own.
        if text.len() > DOCKERFILE_MAX + 1 {
            let last = text.lines().count();
            self.unread.push((spot(last), "the file is too long, and only read up to here".into()));
        }
    }

    /// Notes what a Dockerfile within a compose file needs. Its first line is the one behind `spot`.
    /// That it needs BuildKit is found without it.
    pub(super) fn inline(
        &mut self,
        spot: &Spot,
        text: &str,
        how: (&BuildSpec, Option<&Values>, Option<&str>),
    ) {
        let mut own = Self {
            buildx: self.buildx,
            compose_version: self.compose_version.clone(),
            ..Self::default()
        };
        own.dockerfile(&spot.file, text, how);
        let placed =
            |(own, what): (Spot, String)| (Spot { line: spot.line + own.line, ..own }, what);
        self.bases.extend(own.bases.into_iter().map(placed));
        self.unread.extend(own.unread.into_iter().map(placed));
    }

    /// The program that builds on the host.
    fn builder(&self) -> Builder {
        if self.buildx || builder::includes_buildkit(self) {
            Builder::BuildKit
        } else {
            Builder::Classic
        }
    }

    /// Reads one line of the script's answer.
    pub(super) fn note(&mut self, line: &str) {
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
