//! The deployed release, and the one to go back to.

use hemma_core::{Command, Exec, Suggestions, World};
use hemma_git::checkout::{self, Checkout, short};

use crate::Config;

use super::Error;
use crate::lock;
use crate::release::{Release, Releases, ReleasesError};

/// The kept releases, newest first.
pub(super) async fn kept(world: &World, config: &Config) -> Result<Vec<Release>, Error> {
    world.ask(&question(config)).await.map_err(Error::Releases)
}

/// The release that `seen`, the checkout, has noted as deployed; the newest if its commit has
/// several.
pub(super) async fn deployed(
    world: &World,
    config: &Config,
    seen: &Checkout,
) -> Result<Option<Release>, ReleasesError> {
    kept_if_asked(world, config).await.map(|it| of_checkout(it, seen))
}

/// The deployed release among known ones.
pub(super) fn of_checkout(releases: Vec<Release>, seen: &Checkout) -> Option<Release> {
    let Checkout::Repository(seen) = seen else { return None };
    releases.into_iter().find(|it| Some(&it.commit) == seen.deployed.as_ref())
}

/// The kept releases, newest first; none in an old recording without this look.
pub(super) async fn kept_if_asked(
    world: &World,
    config: &Config,
) -> Result<Vec<Release>, ReleasesError> {
    match world.ask(&question(config)).await {
        Err(ReleasesError::NotRecorded(_)) => Ok(Vec::new()),
        releases => releases,
    }
}

fn question(config: &Config) -> Releases {
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    let checkout = config.host.checkout.clone();
    let overlay = config.compose.overlay.clone().map(|it| (checkout.clone(), it));
    let files = config.compose.other_env_files().cloned().collect();
    Releases { host, project, checkout, files, overlay }
}

/// The release to go back to: the requested one, by the beginning of its commit, or the one before
/// the current one.
pub(super) async fn chosen(
    world: &World,
    config: &Config,
    to: Option<&str>,
) -> Result<Release, Error> {
    let releases = kept(world, config).await?;
    let chosen = match to {
        Some(id) => releases.iter().find(|it| it.id().starts_with(id)),
        None => usual(world, config, &releases).await?,
    };
    chosen.cloned().ok_or_else(|| no_release(&releases, to))
}

/// The release to go back to by default. If the current state is not the deployed release, because
/// a deploy was cut, a gate did not pass, or one of the operator's files differs, it is the
/// deployed one.
async fn usual<'r>(
    world: &World,
    config: &Config,
    releases: &'r [Release],
) -> Result<Option<&'r Release>, Error> {
    let newest = |commit: &str| releases.iter().find(|it| it.commit == commit);
    let seen = checkout::look(world, &config.into(), false).await.map_err(Error::LookCheckout)?;
    let Checkout::Repository(seen) = seen else { return Ok(releases.first()) };
    let head = seen.head.as_str();
    let Some(deployed) = seen.deployed.as_deref().and_then(newest) else {
        return Ok(releases.iter().find(|it| it.commit != head));
    };
    if deployed.commit == head {
        let unproven = lock::unproven(world, config).await.map_err(Error::Unproven)?;
        if unproven.is_some() || !deployed.has_its_files() {
            return Ok(Some(deployed));
        }
        return Ok(releases.iter().find(|it| it.id() != deployed.id()));
    }
    // A rollback that was cut is continued: the checkout is at an older release already.
    let older = ["merge-base", "--is-ancestor", head, &deployed.commit];
    let older = Command::new("git").args(older).cwd(config.host.checkout.as_str());
    let older = world.ask(&Exec::on(&config.host.alias, older)).await.map_err(Error::Ancestry)?;
    Ok(newest(head).filter(|_| older.success()).or(Some(deployed)))
}

fn no_release(releases: &[Release], asked: Option<&str>) -> Error {
    let known = releases.iter().map(|it| short(&it.commit));
    let known = Suggestions::new(asked.unwrap_or_default(), known);
    match asked {
        Some(asked) if !releases.is_empty() => Error::NoRelease { asked: asked.to_owned(), known },
        _ => Error::NoEarlierRelease(known),
    }
}
