//! The mistakes that the grammar service finds in one text.

use std::io::Read;
use std::path::{Path, PathBuf};

use hemma_core::Verdict;
use hemma_embed::language_tool::{self, Check, CheckError, Level, Mistake, Severity};
use hemma_embed::{LookError, ServerUrl};
use schemars::JsonSchema;
use serde::Serialize;

use super::texts::{behind, no_connection};
use crate::named::LANGUAGE_TOOL;
use crate::render::plain;
use crate::{Answer, Failure, Run};

/// Show the mistakes that the grammar service finds in a text
///
/// One mistake a line: its place, the words, the suggestion, and the rule. Mistakes in a text
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
    /// Whether `hemma.toml` must say where the service is, because there is no URL.
    pub(crate) fn needs_config(&self) -> bool {
        self.url.is_none()
    }

    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (here, path) = (run.here.to_owned(), self.file.clone());
        // Reading standard input may block, and must stay interruptible.
        let text = tokio::task::spawn_blocking(move || read(&here, &path)).await;
        let text = text
            .map_err(Failure::unknown)?
            .map_err(|source| Failure::unknown(ReadError { path: self.file.clone(), source }))?;
        let url = match &self.url {
            Some(url) => url.clone(),
            None => behind(run.config(), LANGUAGE_TOOL)?,
        };
        let mut check = Check::new(url, text);
        check.request.language = self.language;
        check.request.level = self.picky.then_some(Level::Picky);
        run.terminal().busy("the grammar service reads");
        let checked = run.world().ask(&check).await.map_err(|it| failure(it, self.url.as_ref()))?;
        if checked.errors.is_empty() {
            // A stub finds nothing either.
            let finding = language_tool::verify(run.world(), &check.url).await;
            if finding.verdict != Verdict::Pass {
                return Ok(Answer::Report([finding].into_iter().collect()));
            }
        }
        let found = |it| Found::new(&check.request.text, it);
        let mistakes: Vec<Found<'_>> = checked.errors.iter().map(found).collect();
        let shown: String = mistakes.iter().map(Found::line).collect();
        let count = mistakes.len();
        let plural = if count == 1 { "" } else { "s" };
        run.terminal().note(&format!("{count} mistake{plural}, {} ms", checked.processing_time_ms));
        let data = MistakesData { language: &checked.language, mistakes };
        Ok(Answer::data(shown, &data))
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

/// What the grammar service found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MistakesData<'c> {
    /// The language in which it was read.
    language: &'c str,
    mistakes: Vec<Found<'c>>,
}

/// One mistake and its place in the text, as `--json` gives it.
#[derive(Debug, Serialize, JsonSchema)]
struct Found<'c> {
    /// Both from 1; absent where the service named no place in the text.
    #[serde(flatten)]
    place: Option<Place<'c>>,
    message: &'c str,
    suggestions: &'c [String],
    rule: &'c str,
    category: &'c str,
    /// How bad it is, in the service's words.
    #[schemars(with = "String")]
    severity: Severity,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Place<'c> {
    line: usize,
    /// In characters.
    column: usize,
    text: &'c str,
}

impl<'c> Found<'c> {
    fn new(text: &'c str, mistake: &'c Mistake) -> Self {
        let place = mistake.span(text).map(|span| {
            let before = &text[..span.start];
            Place {
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
                text: &text[span],
            }
        });
        Self {
            place,
            message: &mistake.message,
            suggestions: &mistake.replacements,
            rule: &mistake.rule_id,
            category: &mistake.category_id,
            severity: mistake.severity,
        }
    }

    /// A mistake as `3:14  teh → the  Possible typo (MORFOLOGIK_RULE_EN_US)`.
    fn line(&self) -> String {
        let Self { message, rule, suggestions, .. } = self;
        let Some(Place { line, column, text }) = &self.place else {
            return plain(&format!("?  {message} ({rule})")) + "\n";
        };
        let instead = suggestions.first().map(|it| format!(" → {it}")).unwrap_or_default();
        plain(&format!("{line}:{column}  {text}{instead}  {message} ({rule})")) + "\n"
    }
}

/// The failure. No connection means that the tunnel is down, or the service behind it.
fn failure(error: CheckError, url: Option<&ServerUrl>) -> Failure {
    match error {
        CheckError::Length { .. } => Failure::usage(error),
        CheckError::Look(LookError::NotRecorded(missing)) => missing.into(),
        CheckError::Look(LookError::Request(request)) => {
            if request.no_connection() {
                return Failure::unknown(request).hint(no_connection(LANGUAGE_TOOL, url));
            }
            Failure::from(request)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mistake_has_a_line_and_a_column_that_an_editor_knows() {
        let mistake: Mistake = serde_json::from_value(json!({
            "rule_id": "R", "message": "A typo.", "offset": 10, "length": 3,
            "replacements": ["the"], "severity": "error", "category_id": "TYPOS",
        }))
        .expect("the contract's own shape");
        let rows = [
            ("Hej då.\n😀teh end", "2:2  teh → the  A typo. (R)\n"),
            ("short", "?  A typo. (R)\n"),
        ];
        for (text, line) in rows {
            assert_eq!(Found::new(text, &mistake).line(), line, "{text}");
        }
        let found = Found::new(rows[0].0, &mistake);
        let expected = json!({
            "line": 2, "column": 2, "text": "teh", "message": "A typo.", "suggestions": ["the"],
            "rule": "R", "category": "TYPOS", "severity": "error",
        });
        assert_eq!(serde_json::to_value(found).expect("plain values"), expected);
    }
}
