//! Finding old recordings.

use std::path::Path;

use hemma_cli::{Answer, Failure, Run};
use hemma_core::{Cassette, CassetteError, Finding, Report};

use super::{scenes, workspace};
use crate::ids;

/// Say which recordings are older than they should be
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How old a recording may be
    #[arg(long, default_value = "180")]
    days: i64,
}

impl Args {
    pub(crate) fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let root = workspace::root(run.here())?;
        let now = run.world().now();
        let mut report = Report::default();
        for file in scenes::files(root) {
            let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            report.add(match age_days(&file, now) {
                Ok((days, from)) if days > self.days => {
                    Finding::fail(ids::RECORDING_STALE, name, from)
                }
                Ok((_, from)) => Finding::pass(ids::RECORDING_FRESH, name, from),
                Err(error) => Finding::unknown(ids::RECORDING_AGE_UNSEEN, name, &error),
            });
        }
        Ok(Answer::Report(report))
    }
}

fn age_days(file: &Path, now: jiff::Timestamp) -> Result<(i64, String), CassetteError> {
    let scene = Cassette::read(file)?.scene;
    let days = now.duration_since(scene.now).as_hours() / 24;
    let origin = format!("{:?}", scene.origin).to_lowercase();
    Ok((days, format!("{origin}, {days} days, {}", scene.tool)))
}
