//! The settings: their file, their values, and their schema.

use hemma_core::Finding;
use hemma_deploy::Config;

use crate::data::ConfigData;
use crate::ids;
use crate::{Answer, Failure, Run, settings};

/// Show the settings that are in force
///
/// Without a flag: all of them as TOML, with what the repository here says where hemma.toml says
/// nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the JSON schema of hemma.toml, for editors
    #[arg(long, conflicts_with = "check")]
    schema: bool,
    /// Only check hemma.toml: everything that is wrong with it, or where it was found
    #[arg(long)]
    check: bool,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if self.schema {
            let schema = Config::schema();
            let text = format!("{schema:#}\n");
            let schema = Some(serde_json::to_value(schema)?);
            return Ok(Answer::data(text, &ConfigData { config: None, schema }));
        }
        let config = settings::read(run.flags, run.here).await?;
        if self.check {
            let file = settings::find(run.flags, run.here)?;
            let finding = Finding::pass(
                ids::SETTINGS_RIGHT,
                "hemma.toml",
                format!("nothing is wrong with {}", file.display()),
            );
            return Ok(Answer::Report([finding].into_iter().collect()));
        }
        let text = toml::to_string_pretty(&config)?;
        let config = Some(serde_json::to_value(&config)?);
        Ok(Answer::data(text, &ConfigData { config, schema: None }))
    }
}
