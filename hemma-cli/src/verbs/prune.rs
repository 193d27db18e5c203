//! Unused disk space.

use hemma_core::text::size;
use hemma_core::{Finding, Report};
use hemma_deploy::prune::{self, Standing, Unnamed, What};

use crate::ids;
use crate::{Answer, Failure, Noun, Proposal, Proposed, Run};

/// Remove images without a name and the build cache
///
/// Nothing that has a name is removed, no volume, no network and no container, and never what a
/// rollback needs. The next build of an image may take longer.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (world, config) = (run.world(), run.config());
        let seen = prune::look(world, config).await?;
        let objections = seen.objections(&config.host.alias);
        if !objections.findings.is_empty() {
            return Ok(Answer::Report(objections));
        }
        let nothing = Report::from_iter([Finding::pass(
            ids::PRUNE_NOTHING,
            "disk",
            "there is nothing to prune",
        )]);
        let proposal = proposal(&seen).to(format!("Prune images on {}", config.host.alias));
        run.mend(nothing, proposal, async |approval| {
            let progress = run.progress();
            let operation = run.operation(approval, &progress);
            let work = async || prune::prune(operation, &seen).await;
            run.locked("prune", approval, work).await
        })
        .await
    }
}

fn proposal(seen: &Standing) -> Proposal {
    let image = |it: &Unnamed| {
        let id = it.id.strip_prefix("sha256:").unwrap_or(&it.id);
        let built = jiff::Timestamp::from_second(it.created).unwrap_or_default();
        let project = it.project.as_ref().map(|it| format!(" for {it}")).unwrap_or_default();
        let reason = format!("{}, built{project} on {}", space(it), built.strftime("%F"));
        let id = id.get(..12).unwrap_or(id);
        Proposed::remove("remove", format!("image {id}"), reason).of(Noun::IMAGE, id)
    };
    let images = seen.unused.images.iter().map(image);
    let proposal = images.fold(Proposal::default(), Proposal::step);
    if !seen.unused.has_cache() {
        return proposal;
    }
    let unknown = || "the engine does not say how large it is".to_owned();
    let space = seen.unused.cache.map_or_else(unknown, size);
    proposal.step(Proposed::remove("remove", What::BuildCache.to_string(), space))
}

/// The space that a removal frees; layers that another image shares stay.
fn space(image: &Unnamed) -> String {
    match image.own {
        Some(own) if size(own) != size(image.bytes) => {
            format!("{} of its own, the rest is shared", size(own))
        }
        Some(own) => size(own),
        None => format!("up to {}", size(image.bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_others_share_are_not_promised() {
        let rows = [
            (Some(11_000), "11.0 kB of its own, the rest is shared"),
            (Some(243_000_000), "243.0 MB"),
            (None, "up to 243.0 MB"),
        ];
        for (own, said) in rows {
            let (id, bytes) = ("sha256:a".to_owned(), 243_000_000);
            assert_eq!(space(&Unnamed { id, bytes, own, created: 0, project: None }), said);
        }
    }
}
