//! The deployed services with the images that are built for them.

use std::collections::{BTreeMap, BTreeSet};

use hemma_docker::compose::BuildContext;

use super::bases::{BuildLine, builder};
use super::image::{Image, Place};
use super::project::Service;
use super::repository::{Line, Repository, below, join};
use crate::dockerfile::{Builder, Recipe, Wanted};

/// The largest number of images of the repository that begin from each other.
const BASES_MAX: usize = 4;

/// A service, and how its image is made.
#[derive(Debug)]
pub(super) struct Seen<'s> {
    pub(super) service: &'s Service,
    /// The image, and then the stages that it copies from; empty where nothing builds it.
    pub(super) stages: Vec<Image>,
}

/// What the judges are about.
#[derive(Debug)]
pub(super) struct Scene<'s> {
    pub(super) repository: &'s Repository,
    pub(super) services: Vec<Seen<'s>>,
}

/// What decides how a Dockerfile is read.
pub(super) struct Workshop<'w> {
    pub(super) repository: &'w Repository,
    pub(super) lines: &'w [BuildLine],
    pub(super) processor: Option<&'w str>,
    /// The builds of services by the image that they make.
    pub(super) services: &'w [Service],
}

impl<'w> Workshop<'w> {
    pub(super) fn scene(&self) -> Scene<'w> {
        let seen = |service: &'w Service| Seen { service, stages: self.images(service) };
        Scene { repository: self.repository, services: self.services.iter().map(seen).collect() }
    }

    fn images(&self, service: &Service) -> Vec<Image> {
        let Some(build) = &service.build else { return Vec::new() };
        let image = |it: &BuildContext| match it {
            BuildContext::Image(image) => Some(image.clone()),
            _ => None,
        };
        let contexts = build.contexts.iter().map(|(name, it)| (name.clone(), image(it))).collect();
        let (path, text) = match &service.inline {
            Some(text) => (String::new(), Some(text.as_str())),
            None => (build.path(), self.repository.text(&build.path())),
        };
        let Some(text) = text else { return Vec::new() };
        let target = Some(build.target.as_str()).filter(|it| !it.is_empty());
        let context = join("", &build.context);
        let wanted = self.wanted(&service.arguments, target, &contexts);
        let recipes = Recipe::of(text, wanted);
        let place = Place { path: &path, context: &context, base: None };
        recipes.iter().map(|it| self.image(it, place, 0)).collect()
    }

    fn wanted<'v>(
        &'v self,
        arguments: &'v BTreeMap<String, Option<String>>,
        target: Option<&'v str>,
        contexts: &'v BTreeMap<String, Option<String>>,
    ) -> Wanted<'v> {
        Wanted {
            arguments,
            target,
            contexts,
            processor: self.processor,
            builder: Builder::BuildKit,
        }
    }

    /// The image of a recipe, with what is made in front of it where the repository builds its base.
    fn image(&self, recipe: &Recipe, place: Place<'_>, depth: usize) -> Image {
        let base = recipe.base.as_deref();
        let own = base.filter(|_| depth < BASES_MAX).and_then(|it| self.base(it, depth));
        let mut image = own.unwrap_or_else(|| Image::from_base(recipe.base.clone()));
        image.extend(recipe, place, self.repository);
        image
    }

    fn base(&self, image: &str, depth: usize) -> Option<Image> {
        let nothing = (BTreeMap::new(), BTreeMap::new());
        let service = self.services.iter().find(|it| it.image == image && it.build.is_some());
        if let Some((service, build)) = service.and_then(|it| Some((it, it.build.as_ref()?))) {
            let (path, context) = (build.path(), join("", &build.context));
            let wanted = self.wanted(&service.arguments, None, &nothing.1);
            let recipe = Recipe::of(self.repository.text(&path)?, wanted).into_iter().next()?;
            let place = Place { path: &path, context: &context, base: None };
            return Some(self.image(&recipe, place, depth + 1));
        }
        if super::image::is_bare(image) {
            return None;
        }
        let (line, _) = builder(image, self.lines, self.repository)?;
        let wanted = self.wanted(&nothing.0, None, &nothing.1);
        let recipe = Recipe::of(self.repository.text(&line.file)?, wanted).into_iter().next()?;
        let place = Place { path: &line.file, context: &line.context, base: Some(image) };
        Some(self.image(&recipe, place, depth + 1))
    }
}

impl Seen<'_> {
    /// The image that runs.
    pub(super) fn image(&self) -> Option<&Image> {
        self.stages.first()
    }

    /// The files and directories of the repository that are a part of it.
    pub(super) fn sources(&self) -> BTreeSet<&str> {
        let brought = self.stages.iter().flat_map(Image::brought);
        let mounted = self.service.mounts.iter().filter_map(|it| it.1.as_deref());
        brought.chain(mounted).collect()
    }

    /// Whether a file is a part of it.
    pub(super) fn has(&self, file: &str) -> bool {
        self.sources().iter().any(|it| below(file, it).is_some())
    }
}

impl Scene<'_> {
    /// The services that have an image of this repository.
    pub(super) fn built(&self) -> impl Iterator<Item = &Seen<'_>> {
        self.services.iter().filter(|it| !it.stages.is_empty())
    }

    /// The lines of the sources of a service, without tests.
    pub(super) fn lines<'a>(&'a self, seen: &'a Seen<'_>) -> impl Iterator<Item = &'a Line> {
        let sources: Vec<&str> = seen.sources().into_iter().collect();
        let is_own = move |it: &&Line| sources.iter().any(|own| below(&it.file, own).is_some());
        self.repository.lines.iter().filter(|it| is_source(&it.file)).filter(is_own)
    }
}

/// Whether a file is a source that runs: no test, no text for people and no compose file.
pub(super) fn is_source(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let is_test = file.split('/').any(|it| ["tests", "test", "__tests__", "spec"].contains(&it))
        || name.starts_with("test_")
        || [".test.", ".spec.", "_test."].iter().any(|it| name.contains(it));
    let ends = [".md", ".yml", ".yaml", ".toml"].iter().any(|it| name.ends_with(it));
    !is_test && !ends
}
