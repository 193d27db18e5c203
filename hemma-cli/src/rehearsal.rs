//! A recorded deploy of the practice host, played without any host, network or Docker.

use std::path::Path;

use hemma_core::Cassette;
use hemma_deploy::Config;

use crate::flags::Flags;
use crate::render::Terminal;
use crate::{Failure, settings};

/// Recorded with `cargo xtask dev record rehearsal deploy -- deploy --lab --yes`.
const DEPLOY: &str = include_str!("../rehearsal/deploy.toml");

#[derive(Debug, thiserror::Error)]
#[error("only `deploy` and `plan` can be rehearsed")]
struct NoRehearsal;

/// Announces that the rest is a rehearsal, and the mistakes of a real `hemma.toml`.
pub(crate) fn announce(
    flags: &Flags,
    can_be_rehearsed: bool,
    here: &Path,
    terminal: &Terminal,
) -> Result<(), Failure> {
    if !can_be_rehearsed {
        return Err(Failure::usage(NoRehearsal));
    }
    settings::read_if_there(flags, here)?;
    terminal.note("rehearsal: a deploy that was recorded on the practice host; nothing is changed");
    Ok(())
}

/// The recording.
pub(crate) fn cassette() -> Result<Cassette, Failure> {
    Ok(DEPLOY.parse()?)
}

/// The settings that a recording was recorded with.
pub(crate) fn config(cassette: &Cassette) -> Result<Config, Failure> {
    Ok(Config::parse(&cassette.scene.config, Path::new("scene.config"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Exit};

    #[tokio::test]
    async fn the_recorded_deploy_plays_to_its_end() {
        let cassette = cassette().expect("it is a cassette");
        let played = App::new().play(cassette).await.expect("it is a command");
        assert_eq!(played.exit, Exit::AsPlanned, "{played}");
        assert!(played.unplayed.is_empty(), "{:#?}", played.unplayed);
    }
}
