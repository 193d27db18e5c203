//! The settings themselves: where they are, what they say, what they may say.

use hemma_core::{Config, Finding};

use crate::{Answer, Failure, Run, settings};

/// Show the settings that are in force
///
/// Without a flag: all of them as TOML, the runbook's values included.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the JSON schema of hemma.toml, for editors
    #[arg(long, conflicts_with = "check")]
    schema: bool,
    /// Only say whether hemma.toml is well-formed, and where it was found
    #[arg(long)]
    check: bool,
}

impl Args {
    pub(crate) fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if self.schema {
            return Ok(Answer::text(format!("{:#}\n", Config::schema())));
        }
        let config = settings::read(run.flags, run.here)?;
        if self.check {
            let file = settings::find(run.flags, run.here).unwrap_or_default();
            let finding = Finding::pass("hemma.toml", file.display().to_string());
            return Ok(Answer::Report([finding].into_iter().collect()));
        }
        Ok(Answer::text(toml::to_string_pretty(&config)?))
    }
}
