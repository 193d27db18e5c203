//! Problems of a repository that make a deploy fail although each command is right.
//!
//! Each rule is a pure function over the resolved project, the Dockerfiles and the host; each
//! finding has the place in the files and a hint. What the repository cannot fix goes into the
//! overlay.

mod builder;
mod facts;
mod images;
mod look;
mod noticed;
mod offers;
mod pinned;
mod registries;
mod repository;
mod rules;
mod sources;
mod tags;
mod unread;

use crate::Config;

use hemma_core::Finding;
use hemma_docker::compose::Model;

pub use crate::reads::{Notice, Noticed};
pub(crate) use facts::Preflight;
pub(crate) use images::missing;
pub use look::{LookSources, SourcesError};
pub use offers::{LookOffers, Offer};
pub(crate) use pinned::{held_back, not_pinned};
pub(crate) use rules::{mentions, named, network};
pub use sources::{Absence, Sources};
pub use tags::{LookTags, RegistryTag};
pub(crate) use tags::{Moved, findings as tag_findings, tagged};

impl Preflight {
    /// The findings that stop a deploy, before anything is changed.
    pub(crate) fn findings(&self, config: &Config, model: &Model) -> Vec<Finding> {
        let overlay = match &config.compose.overlay {
            Some(overlay) => format!("{overlay} next to the checkout"),
            None => "a file next to the checkout that [compose] overlay names".to_owned(),
        };
        let mut findings: Vec<_> =
            repository::project(&config.compose, &self.seen).into_iter().collect();
        findings.extend(images::findings(model, self));
        findings.extend(rules::findings(model, self, &overlay));
        findings.extend(noticed::findings(model, self));
        findings
    }

    /// Remarks about the files that do not stop a deploy, and that the old files did not cause as
    /// well.
    pub(crate) fn news(&self, before: Option<&Model>, model: &Model) -> Vec<String> {
        let old = before.map(|it| rules::remarks(it, &self.seen)).unwrap_or_default();
        let of_files = rules::remarks(model, &self.seen).into_iter().filter(|it| !old.contains(it));
        let made = self.made.iter().map(|it| rules::made(it, &self.seen));
        let unread = unread::remarks(&self.seen);
        let noticed = noticed::remarks(model, self);
        made.chain(repository::not_in_git(&self.seen))
            .chain(unread)
            .chain(of_files)
            .chain(noticed)
            .collect()
    }
}
