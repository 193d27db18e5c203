//! The facts that the steps of services follow from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_docker::compose::Model;
use hemma_docker::image::{self, Image};
use hemma_docker::{Container, ContainerParts};
use hemma_git::checkout::{History, Since};

use super::ImageInputs;
use crate::preflight::{Moved, RegistryTag};
use crate::provenance::Built;

/// The facts about the services.
pub(crate) struct Seen<'s> {
    /// The project's name.
    pub project: &'s str,
    /// The project as it would be after the deploy.
    pub model: &'s Model,
    /// The project in the checkout, if it differs.
    pub before: Option<&'s Model>,
    /// The containers of the host.
    pub containers: &'s [Container],
    /// The images of the host.
    pub images: &'s [Image],
    /// The parts of containers whose configuration is not that of the checkout.
    pub running: &'s BTreeMap<ServiceName, ContainerParts>,
    /// The commits that the images were made from.
    pub base: Base<'s>,
    /// The files that the images are made from.
    pub inputs: &'s BTreeMap<ServiceName, ImageInputs>,
    /// The images that tags name in their registries, where that was asked.
    pub tags: &'s BTreeMap<String, RegistryTag>,
}

impl Seen<'_> {
    /// The short digests of an image on the host and of the one that its tag names by now, where
    /// they differ.
    pub(super) fn moved(&self, image: &str) -> Option<(String, String)> {
        match self.tags.get(image)?.moved(image::named(self.images, image)?) {
            Moved::To(from, to) => Some((from, to)),
            Moved::Not | Moved::Unknown(_) => None,
        }
    }
}

/// The commits that the existing images were made from, as far as they are known.
#[derive(Clone, Copy)]
pub(crate) enum Base<'s> {
    /// The commit of the last deploy, or of a stage that was brought up after it.
    Deploy(&'s History),
    /// No deploy has passed its gate, and each image has its own commit, except for stages that
    /// were brought up by themselves.
    First(&'s History, &'s Built),
    /// Each image has its own commit.
    Each(&'s Built),
    /// The images are those of the release that is gone back to, and are built only where they are
    /// gone.
    Kept,
}

impl<'s> Base<'s> {
    /// The changes since a service's image was made, if they are known.
    pub(super) fn since(self, service: &str, image: &Image) -> Option<Cow<'s, Since>> {
        let of_image = |built: &'s Built| {
            let changed = built.since(service, &image.id)?.files.to_vec();
            Some(Cow::Owned(Since { changed, commits: Vec::new() }))
        };
        match self {
            Self::Deploy(history) => history.of(service).map(Cow::Borrowed),
            Self::First(history, built) => {
                history.of(service).map(Cow::Borrowed).or_else(|| of_image(built))
            }
            Self::Each(built) => of_image(built),
            Self::Kept => Some(Cow::Owned(Since::default())),
        }
    }

    /// Whether a build of the service's image is caused by a change, and gives another image.
    pub(super) fn is_known(self, service: &str) -> bool {
        match self {
            Self::Deploy(history) | Self::First(history, _) => history.of(service).is_some(),
            Self::Each(_) => false,
            Self::Kept => true,
        }
    }

    /// A file that may have changed how the image is built, where the models cannot be compared.
    pub(super) fn doubt(self, service: &str, image: &Image) -> Option<&'s str> {
        let built = match self {
            Self::Each(built) => built,
            Self::First(history, built) if history.of(service).is_none() => built,
            _ => return None,
        };
        let since = built.since(service, &image.id)?;
        let is_yaml = |it: &&String| [".yml", ".yaml"].iter().any(|end| it.ends_with(end));
        since.newer.or_else(|| since.files.iter().find(is_yaml).map(String::as_str))
    }
}
