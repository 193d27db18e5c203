//! The facts that the rules are about.

use std::collections::BTreeMap;

use hemma_core::names::MountPath;

use super::{Absence, Offer, Sources};

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
        self.made.extend(self.seen.absent.keys().filter(|it| outside(it)).cloned());
        self.seen.absent.retain(|it, _| !outside(it));
        self
    }

    /// Allows the mounts that the application fills itself to be missing, which is reported, or to
    /// be empty.
    pub(crate) fn allowing(mut self, may_be_empty: &[MountPath]) -> Self {
        for path in may_be_empty {
            let absence = self.seen.absent.remove(path.as_str());
            if matches!(absence, Some(Absence::Absent | Absence::Ignored)) {
                self.made.push(path.to_string());
            }
        }
        self
    }
}
