//! Releases: a commit, the images that ran with it, the operator's overlay and the `.env`, kept so
//! that there is a way back.
//!
//! The overlay and the `.env` are as much a part of what ran as the commit is. A copy of each lies
//! with the release's record on the host, for its owner alone to read, and never leaves it: what is
//! said of them are names of keys. The id of a release is its commit and a digest of both.
//!
//! The images get names of their own, `hemma.keep/PROJECT/SERVICE:ID`, so that neither a
//! rebuild nor a prune loses them. `docker image prune --all` takes what has a name, too; what is
//! gone is built from the release's commit on the way back. The last few releases are kept, and the
//! one that is deployed.

mod env_change;
mod keep;
mod look;
mod note;
pub(crate) mod restore;
mod watchdog;
mod withdraw;

use serde::{Deserialize, Serialize};

use hemma_core::names::ServiceName;
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
    /// What it is kept as on the host, where that is more than its commit: see [`Release::id`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept_as: String,
    /// The commit.
    pub commit: String,
    /// When it passed its gate.
    pub at: jiff::Timestamp,
    /// The images of its services.
    pub images: Vec<KeptImage>,
    /// Whether the overlay that it ran with is not the one that is there now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overlay_differs: bool,
    /// How the `.env` that is there now differs from the one that it ran with; `None` if it is the
    /// same, or none was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<EnvChange>,
}

/// The image of a service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeptImage {
    /// The service.
    pub service: ServiceName,
    /// What its compose file calls the image.
    pub name: String,
    /// The engine's id for it.
    pub id: String,
}

impl KeptImage {
    /// Whether it is still there: a prune of all unused images takes those that have a name, too.
    pub(crate) fn is_among(&self, images: &[Image]) -> bool {
        images.iter().any(|it| it.id == self.id)
    }

    /// The image that `container`, which is one of the service's, runs.
    pub(crate) fn of(name: &ServiceName, service: &Service, container: &Container) -> Self {
        let id = container.image_id.clone();
        Self { service: name.clone(), name: service.image.clone(), id }
    }
}

impl Release {
    /// What it is kept as on the host. Two releases of one commit that ran with different files of
    /// the operator's have different ids.
    pub fn id(&self) -> &str {
        if self.kept_as.is_empty() { &self.commit } else { &self.kept_as }
    }

    /// Whether the operator's own files on the host are the ones that it ran with.
    pub fn has_its_files(&self) -> bool {
        !self.overlay_differs && self.env.is_none()
    }

    /// The images of a host under the names that they have once this release is back in place. The
    /// name of one that is gone names nothing where `model` can build it; else it stays.
    pub(crate) fn in_place(&self, images: &[Image], model: &Model) -> Vec<Image> {
        let builds = |it: &KeptImage| model.services.get(&it.service)?.build.as_ref();
        let moves = self.images.iter().filter(|it| it.is_among(images) || builds(it).is_some());
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

/// Releases that are kept.
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
        };
        let image = |id: &str, tags: &[&str]| Image {
            id: id.to_owned(),
            tags: tags.iter().map(|it| format!("app-{it}:latest")).collect(),
            created: 0,
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
