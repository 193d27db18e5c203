//! Embeddings of a whole file.

use std::path::PathBuf;

use futures_util::StreamExt;
use hemma_embed::Part;
use hemma_embed::npy::NpyFile;

use super::texts::{self, ClientOptions, Columns, Format, Input, Tally, Wanted};
use crate::{Answer, Failure, Run};

/// Compute the embeddings of a file of texts
///
/// A .csv or .jsonl file is read as what it is, any other has one text a line; an empty line is a
/// text, too. The vectors are in the order of the texts; one that fails is NaN, and where all do,
/// no file is written. What is finished is kept in the Python client's cache, so the same command
/// after Ctrl-C goes on where it was.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file with the texts; `-` is standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The .npy file to write
    #[arg(long, value_name = "OUT.npy")]
    out: PathBuf,
    /// How the file is read, whatever its name says
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// The column of a CSV, or the field of a JSONL, that holds the text; without it, `text`
    #[arg(long, alias = "field", value_name = "NAME")]
    column: Option<String>,
    #[command(flatten)]
    options: ClientOptions,
}

impl Args {
    pub(crate) fn needs_config(&self) -> bool {
        self.options.need_config()
    }

    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        texts::is_a_place(&self.out)?;
        let columns = Columns { text: self.column, prompt: None, id: None };
        let wanted = Wanted { path: self.input.clone(), format: self.format, columns };
        run.terminal().busy(&format!("reading {}", self.input.display()));
        let input = Input::open(run.here, wanted).await?;
        let total = input.count;
        let out = self.out.display().to_string();
        if run.flags.plan {
            return Ok(Answer::text(format!("{out} would be written, of {total} texts\n")));
        }
        let client = self.options.client(run.config(), run.here)?;
        let mut file = NpyFile::create(&run.here.join(&self.out), client.options().model.dim)?;
        let (second, records) = input.again()?;
        let mut parts = client.embed(records.map(|it| it.text));
        let mut tally = Tally::new(run, total, self.out, self.options.place());
        tally.hears_of_outages(&client);
        while let Some(part) = parts.next().await {
            match part.map_err(|it| texts::failed_run(it, &self.options))? {
                Part::Done { at, rows, origin, .. } => {
                    rows.embeddings.map_or(Ok(()), |it| file.place(&at, &it))?;
                    tally.done(origin, at.len());
                }
                Part::Failed { at, error } => {
                    file.leave_out(&at)?;
                    tally.failed(&at, &error);
                }
            }
        }
        second.check(total)?;
        let subject = format!("{} → {out}", self.input.display());
        let shape = if tally.is_in_vain() { None } else { Some(file.finish()?) };
        let shape = shape.map(|(rows, cols)| format!("{rows} × {cols}"));
        let finding = tally.finding(subject, shape.as_deref());
        Ok(Answer::Report([finding].into_iter().collect()))
    }
}
