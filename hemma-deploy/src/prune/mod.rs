//! Freeing disk space: images without a name that no container runs, and the build cache.
//!
//! Invariant: what a rollback needs is not removed. Kept images have names of their own, and where
//! one has lost its name nothing is pruned at all.

mod kept;

use crate::ids;
use crate::{Config, Operation};

use hemma_core::text::size;
use hemma_core::{
    Classified, ErrorClass, Finding, Hint, Host, OperatorError, Report, World, quote,
};
pub use hemma_docker::prune::{LookUnused, Prune, Reclaimed, Unnamed, Unused, What};
use hemma_docker::{Containers, EngineError};
pub use kept::{Kept, KeptError, LookKept};

/// The data that could be removed, and what keeps it from being so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The unused images and cache.
    pub unused: Unused,
    /// Images of kept releases that a prune would remove.
    pub at_risk: Vec<Kept>,
}

/// Why nothing was pruned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine could not be asked.
    #[error("could not list unused images and build cache")]
    Look(#[source] EngineError),
    /// The kept releases are not known.
    #[error("could not find out which images a rollback needs")]
    Kept(#[source] KeptError),
    /// The engine refused.
    #[error("stopped while pruning")]
    Prune(#[source] EngineError),
    /// Other images appeared between the shown plan and the lock.
    #[error("nothing was removed: the images without a name have changed since the plan was shown")]
    Moved,
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Look(source) => source.classify(),
            Self::Kept(source) => source.classify(),
            Self::Prune(source) => source.classify_change(),
            Self::Moved => ErrorClass::NotAsPlanned
                .without("the same command again shows the images as they are now"),
        }
    }
}

/// Looks at the images, the containers that run them, and the kept releases.
pub async fn look(world: &World, config: &Config) -> Result<Standing, Error> {
    let host = &config.host.alias;
    let asked = (
        LookUnused { host: host.clone() },
        Containers { host: host.clone() },
        LookKept { host: host.clone(), project: config.compose.project.clone() },
    );
    let (unused, containers, kept) =
        tokio::join!(world.ask(&asked.0), world.ask(&asked.1), world.ask(&asked.2));
    let containers = containers.map_err(Error::Look)?;
    let mut unused = unused.map_err(Error::Look)?;
    // The engine does not prune the image of a container, even of a stopped one.
    unused.images.retain(|image| containers.iter().all(|it| it.image_id != image.id));
    let kept = kept.map_err(Error::Kept)?;
    let is_unused = |it: &Kept| unused.images.iter().any(|image| image.id == it.image);
    let at_risk = kept.into_iter().filter(is_unused).collect();
    Ok(Standing { unused, at_risk })
}

impl Standing {
    /// The problems that must be solved before anything is removed.
    pub fn objections(&self, host: &Host) -> Report {
        let finding = |it: &Kept| {
            let detail = format!(
                "the release of {} needs it and it has lost its name, so a prune would remove it",
                hemma_git::checkout::short(&it.commit)
            );
            let line = format!("sudo -n docker tag {} {}", quote(&it.image), quote(&it.name()));
            Finding::fail(ids::IMAGE_NOT_KEPT, format!("image of {}", it.service), detail)
                .hint(Hint::on(host, line))
        };
        self.at_risk.iter().map(finding).collect()
    }
}

/// Removes the shown images and cache, and reports the result.
///
/// The caller must hold the host's lock, because a release might be kept meanwhile.
pub async fn prune(operation: Operation<'_>, shown: &Standing) -> Result<Report, Error> {
    let Operation { world, config, .. } = operation;
    let again = look(world, config).await?;
    if !again.at_risk.is_empty() || ids(&again.unused) != ids(&shown.unused) {
        return Err(Error::Moved);
    }
    let mut report = Report::default();
    let parts = [
        (What::Images, !shown.unused.images.is_empty()),
        (What::BuildCache, shown.unused.has_cache()),
    ];
    for (what, _) in parts.into_iter().filter(|(_, wanted)| *wanted) {
        let change = Prune { host: config.host.alias.clone(), what };
        let done = operation.apply(&change).await.map_err(Error::Prune)?;
        let detail = reclaimed(what, &done, &shown.unused);
        report.add(Finding::pass(ids::PRUNE_DONE, what.to_string(), detail));
    }
    Ok(report)
}

fn ids(unused: &Unused) -> Vec<&str> {
    unused.images.iter().map(|it| it.id.as_str()).collect()
}

/// The freed space, compared with the promised one.
fn reclaimed(what: What, done: &Reclaimed, shown: &Unused) -> String {
    let promised = match what {
        What::Images => shown.images.iter().map(|it| it.own).sum(),
        What::BuildCache => shown.cache,
    };
    let bytes = size(done.bytes);
    let freed = match promised {
        Some(promised) if size(promised) != bytes => {
            format!("{bytes} reclaimed, {} expected", size(promised))
        }
        _ => format!("{bytes} reclaimed"),
    };
    let removed = shown.images.iter().filter(|it| done.removed.contains(&it.id)).count();
    match what {
        What::Images => format!("{removed} of {} removed, {freed}", shown.images.len()),
        What::BuildCache => freed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_said_beside_what_was_promised() {
        let unused = |own| {
            let image =
                Unnamed { id: "a".to_owned(), bytes: 243_000_000, own, created: 0, project: None };
            Unused { images: vec![image], cache: own }
        };
        let rows = [
            (Some(11_000), 11_000, "11.0 kB reclaimed"),
            (Some(11_000), 12_500, "12.5 kB reclaimed, 11.0 kB expected"),
            (None, 11_000, "11.0 kB reclaimed"),
        ];
        for (own, bytes, said) in rows {
            let done = Reclaimed { removed: vec!["a".to_owned()], bytes };
            assert_eq!(reclaimed(What::BuildCache, &done, &unused(own)), said);
            let images = reclaimed(What::Images, &done, &unused(own));
            assert_eq!(images, format!("1 of 1 removed, {said}"));
        }
    }
}
