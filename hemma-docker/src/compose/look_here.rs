//! Asking Compose on this machine what a repository's files resolve to, without values.

use std::time::Duration;

use hemma_core::{
    Classified, Command, ExecError, Live, NotRecorded, OperatorError, Place, Question,
};
use serde::{Deserialize, Serialize};

use super::Outline;

/// What do these compose files resolve to, as far as Compose knows it without values?
///
/// A question of its own and not an [`Exec`](hemma_core::Exec): files of variables may be in what
/// Compose prints, so its output is parsed here and never passed on. No engine is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookHere {
    /// The repository on this machine.
    pub directory: String,
    /// The compose files, relative to it.
    pub files: Vec<String>,
}

/// Compose's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HereAnswer {
    /// The project, without the lines of its values.
    Resolved(Outline),
    /// This machine has no Compose.
    NoCompose,
    /// Compose did not resolve the files, for this reason. Without values it cannot resolve all that
    /// it can with them.
    Refused(String),
}

/// Why this machine's Compose could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HereError {
    /// The command's answer is not known.
    #[error("could not ask Compose on this machine about the files")]
    Ask {
        /// Why not.
        source: ExecError,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for HereError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source } => source.classify(),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

/// The script ends with 69 where there is no Compose. What a profile switches on belongs to the
/// project as well; an old Compose does not know `*` and leaves it out.
const RESOLVE: &str = r#"
cd "$1" || exit
shift
docker compose version >/dev/null 2>&1 || exit 69
set -- "$@" --profile '*' config --no-interpolate --format json
docker compose "$@" --no-env-resolution 2>/dev/null || docker compose "$@"
"#;

impl Question for LookHere {
    const KIND: &'static str = "compose.here";
    type Answer = HereAnswer;
    type Error = HereError;

    async fn ask(&self, live: &Live) -> Result<HereAnswer, HereError> {
        let files = self.files.iter().map(|it| format!("--file={it}"));
        let command =
            Command::script(RESOLVE, std::iter::once(self.directory.clone()).chain(files));
        let command = command.named("resolve-compose-files").limit(Duration::from_secs(30));
        let output = match live.run(&Place::Here, &command).await {
            Ok(output) => output,
            Err(source) => return Err(HereError::Ask { source }),
        };
        if output.exit == 69 {
            return Ok(HereAnswer::NoCompose);
        }
        if !output.success() {
            return Ok(HereAnswer::Refused(output.last_words().to_owned()));
        }
        Ok(match Outline::of_json(&output.stdout) {
            Ok(outline) => HereAnswer::Resolved(outline),
            Err(reason) => HereAnswer::Refused(reason),
        })
    }
}
