//! Writing recordings in the current form, without a host.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hemma_cli::{Answer, Failure, Run};
use hemma_core::{Cassette, CassetteError, Finding, Report};

use super::{scenes, workspace};
use crate::ids;

/// Write all recordings in the form that a new one has
///
/// What they answer stays the same; ids, order and text become those of a recording that is made
/// now. Another base can be chosen: the scenes are then written as differences from its answers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A scene whose long answers are to be the base of all others; may be given several times
    #[arg(long, value_name = "SLUG/STATE")]
    base: Vec<String>,
}

/// The length from which on an answer is worth a place in the base.
const LONG: usize = 2_000;

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a recorded scene: name one as SLUG/STATE, e.g. day2_5_first_deploy/already")]
struct NoScene(String);

impl Args {
    pub(crate) fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let root = workspace::root(run.here())?;
        let files = scenes::files(root);
        // All are read before the first is written: the base that they need may change.
        let scenes = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let base = match self.base.as_slice() {
            [] => scenes::base(root)?,
            names => Some(base_of(root, &scenes, names)?),
        };
        let mut report = Report::default();
        if let Some(base) = &base {
            report.add(put(root, &root.join(scenes::BASE), &base.to_string())?);
        }
        for (file, cassette) in &scenes {
            report.add(put(root, file, &scenes::text(file, cassette, base.as_ref())?)?);
        }
        Ok(Answer::Report(report))
    }
}

/// Reads a scene. Its times stay as they are, because a storyboard shows the time between them.
fn read(file: &PathBuf) -> Result<(PathBuf, Cassette), CassetteError> {
    let cassette = Cassette::read(file)?.settled();
    let shows = scenes::shows_durations(file, &cassette);
    Ok((file.clone(), if shows { cassette } else { cassette.without_durations() }))
}

/// The long answers of some scenes, each question once.
fn base_of(
    root: &Path,
    scenes: &[(PathBuf, Cassette)],
    names: &[String],
) -> Result<Cassette, Failure> {
    let mut base: Option<Cassette> = None;
    let mut asked = BTreeSet::new();
    for name in names {
        let file = name.split_once('/').map(|(slug, state)| scenes::file(root, slug, state));
        let found = scenes.iter().find(|(it, _)| Some(it) == file.as_ref());
        let (_, scene) = found.ok_or_else(|| Failure::usage(NoScene(name.clone())))?;
        let into = base
            .get_or_insert_with(|| Cassette { scene: scene.scene.clone(), exchange: Vec::new() });
        for exchange in &scene.clone().without_durations().exchange {
            let long = exchange.answer.as_ref().is_some_and(|it| it.to_string().len() > LONG);
            if long && asked.insert((exchange.kind.clone(), exchange.asked.to_string())) {
                into.exchange.push(hemma_core::Exchange { at_ms: 0, ..exchange.clone() });
            }
        }
    }
    base.ok_or_else(|| Failure::usage(NoScene(String::new())))
}

fn put(root: &Path, file: &Path, text: &str) -> Result<Finding, Failure> {
    let name = file.strip_prefix(root).unwrap_or(file).display().to_string();
    if workspace::read(file).is_ok_and(|it| it == text) {
        return Ok(Finding::pass(ids::RECORDING_CURRENT, name, "is as it would be written now"));
    }
    workspace::write(file, text)?;
    Ok(Finding::pass(
        ids::RECORDING_REWRITTEN,
        name,
        format!("rewritten, {} lines", text.lines().count()),
    ))
}
