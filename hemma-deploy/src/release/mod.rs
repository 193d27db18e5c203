//! Releases: a commit, the images that ran with it, the operator's overlay, the `.env` and other
//! files of variables, kept so that a rollback is possible.
//!
//! The overlay, the `.env` and the files of `[compose] env_files` that git does not have are as much
//! a part of what ran as the commit. A copy of each is kept with the release's record on the host,
//! readable by its owner alone, and never leaves it: messages have names of keys only. The id of a
//! release is its commit and a digest of all of them.
//!
//! The images get names of their own, `hemma.keep/PROJECT/SERVICE:ID`, so that neither a rebuild
//! nor a prune loses them. `docker image prune --all` removes images with names, too; a missing
//! image is built from the release's commit on the way back. The last few releases are kept, and
//! the deployed one.

mod env_change;
#[cfg(all(test, target_os = "linux"))]
mod files_tests;
mod keep;
mod look;
mod note;
pub(crate) mod restore;
mod watchdog;
mod withdraw;

use serde::{Deserialize, Serialize};

use hemma_core::names::{ServiceName, VariablesFile};
use hemma_docker::Container;
use hemma_docker::compose::{Model, Service};
use hemma_docker::image::{Image, tag_of};

pub use env_change::EnvChange;
pub use keep::{Keep, KeepError};
pub use look::{Releases, ReleasesError};
pub use note::{Note, NoteError};
pub use restore::{Restore, RestoreError, Restored};
pub use watchdog::{ArmError, ArmReturn};
pub use withdraw::{Withdraw, WithdrawError};

/// A commit with the images, the overlay and the `.env` that ran with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The id under which it is kept on the host, if it is more than the commit: see
    /// [`Release::id`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept_as: String,
    /// The commit.
    pub commit: String,
    /// The time at which it passed its gate.
    pub at: jiff::Timestamp,
    /// The images of its services.
    pub images: Vec<KeptImage>,
    /// Whether the overlay on the host differs from the one of the release.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overlay_differs: bool,
    /// The difference between the `.env` on the host and the one of the release; `None` if they are
    /// equal, or none was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<EnvChange>,
    /// The other files of variables that differ from those of the release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileChange>,
}

/// A file of variables that is not in the repository, and its difference from that of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The file.
    pub file: VariablesFile,
    /// The difference.
    pub change: EnvChange,
}

/// The image of a service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeptImage {
    /// The service.
    pub service: ServiceName,
    /// The image's name in the compose file.
    pub name: String,
    /// The engine's id of the image.
    pub id: String,
}

impl KeptImage {
    /// Whether its name is of this one image and of no other: a name by digest, which the engine
    /// gives to nothing else.
    pub(crate) fn has_fixed_name(&self) -> bool {
        self.name.contains('@')
    }

    /// Whether the image still exists: a prune of all unused images removes those with names, too.
    pub(crate) fn is_among(&self, images: &[Image]) -> bool {
        images.iter().any(|it| it.id == self.id)
    }

    /// The image that `container`, one of the service's, runs.
    pub(crate) fn of(name: &ServiceName, service: &Service, container: &Container) -> Self {
        let id = container.image_id.clone();
        Self { service: name.clone(), name: service.image.clone(), id }
    }
}

impl Release {
    /// The id under which it is kept on the host. Two releases of one commit that ran with
    /// different files of the operator's have different ids.
    pub fn id(&self) -> &str {
        if self.kept_as.is_empty() { &self.commit } else { &self.kept_as }
    }

    /// Whether the operator's own files on the host are those of the release.
    pub fn has_its_files(&self) -> bool {
        !self.overlay_differs && self.env.is_none() && self.files.is_empty()
    }

    /// The images of a host under the names that they have once this release is restored. The name
    /// of a missing image is free where `model` can build it; else it stays.
    pub(crate) fn in_place(&self, images: &[Image], model: &Model) -> Vec<Image> {
        let builds = |it: &KeptImage| model.services.get(&it.service)?.build.as_ref();
        let moves = self.images.iter().filter(|it| !it.has_fixed_name());
        let moves = moves.filter(|it| it.is_among(images) || builds(it).is_some());
        let mut placed = images.to_vec();
        for kept in moves {
            let tag = tag_of(&kept.name);
            for image in &mut placed {
                image.tags.retain(|it| *it != tag);
                if image.id == kept.id {
                    image.tags.push(tag.clone());
                }
            }
        }
        placed
    }
}

/// The number of kept releases.
const KEPT: usize = 5;

#[cfg(test)]
mod tests {
    use hemma_docker::compose::BuildSpec;

    use super::*;

    #[test]
    fn names_move_to_the_images_of_the_release_and_what_is_gone_has_none_if_it_can_be_built() {
        let kept = |service: &str, id: &str| KeptImage {
            service: service.parse().expect("a service"),
            name: format!("app-{service}"),
            id: id.to_owned(),
        };
        let release = Release {
            commit: "c".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            images: vec![kept("web", "old"), kept("api", "gone"), kept("db", "gone too")],
            overlay_differs: false,
            kept_as: String::new(),
            env: None,
            files: Vec::new(),
        };
        let image = |id: &str, tags: &[&str]| Image {
            id: id.to_owned(),
            tags: tags.iter().map(|it| format!("app-{it}:latest")).collect(),
            ..Image::default()
        };
        let images = [image("old", &[]), image("new", &["web", "api", "db"])];
        let service =
            |build: bool| Service { build: build.then(BuildSpec::default), ..Service::default() };
        let mut model = Model::default();
        for (name, build) in [("web", true), ("api", true), ("db", false)] {
            model.services.insert(name.parse().expect("a service"), service(build));
        }
        let expected = [image("old", &["web"]), image("new", &["db"])];
        assert_eq!(release.in_place(&images, &model), expected);
    }
}
