//! The facts that the rules are about.

use std::collections::BTreeMap;

use super::{Offer, Sources};

/// The facts about the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Preflight {
    /// The files and images that the compose files refer to.
    pub seen: Sources,
    /// The registries' answers about the images that the host lacks.
    pub offers: BTreeMap<String, Offer>,
    /// Mounts outside the checkout that Docker may create, empty, as a cache begins.
    pub made: Vec<String>,
}

impl Preflight {
    /// Allows the missing mounts outside the checkout: they no longer stop a deploy, but are
    /// reported.
    pub(crate) fn with_caches(mut self) -> Self {
        let outside = |it: &String| it.starts_with('/');
        self.made = self.seen.absent.keys().filter(|it| outside(it)).cloned().collect();
        self.seen.absent.retain(|it, _| !outside(it));
        self
    }
}
