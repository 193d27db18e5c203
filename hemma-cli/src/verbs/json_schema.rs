//! The schema of the `--json` document.

use serde_json::Value;

use crate::data::{ConfigData, DiffData, HistoryData, LogData, LogsData, TunnelLogsData};
use crate::render::document::schema;
use crate::verbs::check_text::MistakesData;
use crate::{Answer, Failure, Run};

/// Print the JSON schema of what a command writes with --json
///
/// Without a command: that of all commands that have findings and plans, and nothing else.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The command, as it is typed; `logs --follow` is for its lines
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("there is no command `{0}`")]
struct NoCommand(String);

impl Args {
    pub(crate) fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let typed = self.command.join(" ");
        let schema = match typed.as_str() {
            "history" => schema::<HistoryData>(true),
            "logs" => schema::<LogsData>(true),
            "logs --follow" => schemars::schema_for!(LogData).to_value(),
            "config" => schema::<ConfigData>(true),
            "env diff" => schema::<DiffData>(true),
            "tunnel logs" => schema::<TunnelLogsData>(true),
            "check-text" => schema::<MistakesData<'_>>(true),
            _ if is_command(run.command, &self.command) => schema::<()>(false),
            _ => return Err(Failure::usage(NoCommand(typed))),
        };
        let text = format!("{schema:#}\n");
        Ok(Answer::data(text, &Value::clone(&schema)))
    }
}

fn is_command(root: &clap::Command, words: &[String]) -> bool {
    let mut at = root;
    words.iter().all(|it| at.find_subcommand(it).map(|below| at = below).is_some())
}
