//! Features of a whole file.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use hemma_core::Hint;
use hemma_embed::npy::{NpyFile, NpyFileError};
use hemma_embed::{Essay, FeatureSet, Matrix, Meta, Part};

use super::texts::{self, ClientOptions, Columns, Format, Input, Tally, Wanted};
use crate::{Answer, Failure, Run};

/// Compute the features of each essay in a file
///
/// Writes embeddings.npy, handcrafted.npy, meta.json (what the server says about how it made them)
/// and ids.txt (one line a row) into a directory. A .csv or .jsonl file is read as what it is, any
/// other has one essay a line. Like `embed`, it goes on where it was after Ctrl-C.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file with the essays; `-` is standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The directory to write into, which is made if need be
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Which features
    #[arg(long, value_enum, value_name = "SET", default_value = "combined")]
    features: Features,
    /// How the file is read, whatever its name says
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// The column of a CSV, or the field of a JSONL, that holds the essay; without it, `text`
    #[arg(long, alias = "field", value_name = "NAME")]
    column: Option<String>,
    /// The column or field that holds the task of each essay
    #[arg(long, value_name = "NAME")]
    prompt_column: Option<String>,
    /// The task of all essays
    #[arg(long, value_name = "TEXT", conflicts_with = "prompt_column", default_value = "")]
    prompt: String,
    /// The column or field that names each essay; without it, rows are counted from 1
    #[arg(long, value_name = "NAME")]
    id_column: Option<String>,
    #[command(flatten)]
    options: ClientOptions,
}

const EMBEDDINGS: &str = "embeddings.npy";
const HANDCRAFTED: &str = "handcrafted.npy";

/// The features to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Features {
    Combined,
    Embeddings,
    Handcrafted,
}

impl Features {
    /// The file of the matrix that these features lack.
    fn unwanted(self) -> Option<&'static str> {
        match self {
            Self::Combined => None,
            Self::Embeddings => Some(HANDCRAFTED),
            Self::Handcrafted => Some(EMBEDDINGS),
        }
    }
}

/// A file next to the matrices could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write `{}`", .path.display())]
struct WriteError {
    path: PathBuf,
    source: std::io::Error,
}

/// Matrices of two runs in one directory would be taken for those of one.
#[derive(Debug, thiserror::Error)]
#[error("`{}` has {other} of another run, which this one would not replace", .out.display())]
struct Mixed {
    out: PathBuf,
    other: &'static str,
}

impl Args {
    pub(crate) fn needs_config(&self) -> bool {
        self.options.need_config()
    }

    /// Refuses a directory with a matrix that this run would leave unchanged.
    fn mixes_nothing(&self, out: &Path) -> Result<(), Failure> {
        let Some(other) = self.features.unwanted().filter(|it| out.join(it).exists()) else {
            return Ok(());
        };
        let hint = Hint::Do(format!("name another directory, or remove {other}"));
        Err(Failure::usage(Mixed { out: self.out.clone(), other }).hint(hint))
    }

    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        texts::is_a_place(&self.out)?;
        self.mixes_nothing(&run.here.join(&self.out))?;
        let columns = Columns {
            text: self.column.clone(),
            prompt: self.prompt_column.clone(),
            id: self.id_column.clone(),
        };
        let wanted = Wanted { path: self.input.clone(), format: self.format, columns };
        run.terminal().busy(&format!("reading {}", self.input.display()));
        let input = Input::open(run.here, wanted).await?;
        let total = input.count;
        let shown = self.out.display().to_string();
        if run.flags.plan {
            return Ok(Answer::text(format!("{shown} would be filled, from {total} essays\n")));
        }
        let client = self.options.client(run.config(), run.here)?;
        let out = run.here.join(&self.out);
        std::fs::create_dir_all(&out)
            .map_err(|source| Failure::known(WriteError { path: out.clone(), source }))?;
        let (second, records) = input.again()?;
        let prompt = self.prompt;
        let essays = records
            .map(move |it| Essay { text: it.text, prompt: it.prompt.unwrap_or(prompt.clone()) });
        let mut parts = client.extract(essays, self.features.into());
        let mut tally = Tally::new(run, total, self.out, self.options.place());
        let mut files = Files::new(&out);
        let mut said = None;
        tally.hears_of_outages(&client);
        while let Some(part) = parts.next().await {
            match part.map_err(|it| texts::failed_run(it, &self.options))? {
                Part::Done { at, rows, meta, origin } => {
                    files.embeddings.place(&at, rows.embeddings.as_ref())?;
                    files.handcrafted.place(&at, rows.handcrafted.as_ref())?;
                    said = meta.or(said);
                    tally.done(origin, at.len());
                }
                Part::Failed { at, error } => {
                    files.embeddings.leave_out(&at);
                    files.handcrafted.leave_out(&at);
                    tally.failed(&at, &error);
                }
            }
        }
        second.check(total)?;
        let mut shape = None;
        if !tally.is_in_vain() {
            shape = Some(files.finish()?);
            write_beside(&out, said.as_deref(), &input)?;
        }
        let subject = format!("{} → {shown}", self.input.display());
        let finding = tally.finding(subject, shape.as_deref());
        Ok(Answer::Report([finding].into_iter().collect()))
    }
}

/// The matrices on disk, each created with its first row: only then is its width known.
struct Files {
    embeddings: Growing,
    handcrafted: Growing,
}

impl Files {
    fn new(out: &Path) -> Self {
        let growing = |name: &str| Growing { target: out.join(name), file: None, gaps: Vec::new() };
        Self { embeddings: growing(EMBEDDINGS), handcrafted: growing(HANDCRAFTED) }
    }

    fn finish(self) -> Result<String, NpyFileError> {
        let shapes = [self.embeddings.finish()?, self.handcrafted.finish()?];
        let words = shapes.into_iter().flatten().map(|(rows, cols)| format!("{rows} × {cols}"));
        Ok(words.collect::<Vec<_>>().join(" and "))
    }
}

struct Growing {
    target: PathBuf,
    file: Option<NpyFile>,
    gaps: Vec<usize>,
}

impl Growing {
    fn place(&mut self, at: &[usize], rows: Option<&Matrix>) -> Result<(), NpyFileError> {
        let Some(rows) = rows else { return Ok(()) };
        if self.file.is_none() {
            self.file = Some(NpyFile::create(&self.target, rows.shape().1)?);
        }
        self.file.as_mut().map_or(Ok(()), |it| it.place(at, rows))
    }

    fn leave_out(&mut self, at: &[usize]) {
        self.gaps.extend(at);
    }

    fn finish(self) -> Result<Option<(usize, usize)>, NpyFileError> {
        let Some(mut file) = self.file else { return Ok(None) };
        file.leave_out(&self.gaps)?;
        file.finish().map(Some)
    }
}

fn write_beside(out: &Path, meta: Option<&Meta>, input: &Input) -> Result<(), Failure> {
    let write = |name: &str, text: String| {
        let path = out.join(name);
        replace(&path, &text).map_err(|source| Failure::known(WriteError { path, source }))
    };
    if let Some(meta) = meta {
        write("meta.json", serde_json::to_string_pretty(meta)? + "\n")?;
    }
    let (_, records) = input.again()?;
    let ids = records.enumerate().map(|(at, it)| it.id.unwrap_or_else(|| (at + 1).to_string()));
    // An id with a line break in it would shift all that follow.
    let lines = ids.map(|it| it.replace(['\r', '\n'], " ") + "\n");
    write("ids.txt", lines.collect())?;
    Ok(())
}

/// Replaces a file by a complete new one.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    // The permissions are those of any new file, which a temporary file does not have.
    let usual = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(usual).tempfile_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

impl From<Features> for FeatureSet {
    fn from(features: Features) -> Self {
        match features {
            Features::Combined => Self::Combined,
            Features::Embeddings => Self::Embeddings,
            Features::Handcrafted => Self::Handcrafted,
        }
    }
}
