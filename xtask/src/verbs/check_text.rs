//! What the grammar service says about one text.

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};

use hemma_core::Hint;
use hemma_embed::language_tool::{Check, CheckError, Level, Mistake};
use hemma_embed::{LookError, ServerUrl};

use super::texts::behind;
use crate::render::plain;
use crate::{Answer, Failure, Run};

/// Show the mistakes that the grammar service finds in a text
///
/// One mistake a line: where it is, what stands there, what could, and the rule. Mistakes in a text
/// are no fault of the service, so they are no failure of this command either.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file; `-` is standard input
    file: PathBuf,
    /// The language, e.g. en-US, or auto
    #[arg(long, default_value = "en-US")]
    language: String,
    /// Matters of style as well
    #[arg(long)]
    picky: bool,
    /// Where the service is; without it, behind the tunnel `language-tool` of hemma.toml
    #[arg(long, value_name = "URL")]
    url: Option<ServerUrl>,
}

#[derive(Debug, thiserror::Error)]
#[error("could not read `{}`", .path.display())]
struct ReadError {
    path: PathBuf,
    source: std::io::Error,
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let text = read(run.here, &self.file)
            .map_err(|source| ReadError { path: self.file.clone(), source })?;
        let url = match self.url {
            Some(url) => url,
            None => behind(run.config(), "language-tool").map_err(Failure::usage)?,
        };
        let mut check = Check::new(url, text);
        check.request.language = self.language;
        check.request.level = self.picky.then_some(Level::Picky);
        run.terminal().busy("the grammar service reads");
        let checked = run.world().ask(&check).await.map_err(failure)?;
        let mut shown = String::new();
        for mistake in &checked.errors {
            // Writing to a string cannot fail.
            let _ = writeln!(shown, "{}", line(&check.request.text, mistake));
        }
        let count = checked.errors.len();
        let plural = if count == 1 { "" } else { "s" };
        run.terminal().note(&format!("{count} mistake{plural}, {} ms", checked.processing_time_ms));
        Ok(Answer::text(shown))
    }
}

fn read(here: &Path, file: &Path) -> std::io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(here.join(file))
    }
}

/// `3:14  teh → the  Possible typo (MORFOLOGIK_RULE_EN_US)`.
fn line(text: &str, mistake: &Mistake) -> String {
    let Mistake { message, rule_id, replacements, .. } = mistake;
    let Some(span) = mistake.span(text) else {
        return plain(&format!("?  {message} ({rule_id})"));
    };
    let (before, span) = (&text[..span.start], &text[span]);
    let row = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let instead = replacements.first().map(|it| format!(" → {it}")).unwrap_or_default();
    plain(&format!("{row}:{column}  {span}{instead}  {message} ({rule_id})"))
}

/// No connection means that the tunnel is down, or the service behind it.
fn failure(error: CheckError) -> Failure {
    match error {
        CheckError::Length { .. } => Failure::usage(error),
        CheckError::Look(LookError::NotRecorded(missing)) => missing.into(),
        CheckError::Look(LookError::Request(request)) => {
            let failure = if request.nobody_there() {
                Failure::unknown(request)
            } else {
                Failure::from(request)
            };
            failure.hint(Hint::Run("cargo xtask tunnel status".to_owned()))
        }
    }
}
