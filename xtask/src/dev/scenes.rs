//! The recorded scenes of the repository, and writing them.

use std::path::{Path, PathBuf};

use hemma_core::{Cassette, CassetteError};

use super::workspace;

/// The answers that many scenes have in common. The scenes are written as differences from them.
pub(super) const BASE: &str = "tests/base.toml";

/// The base, from the directory of a scene.
const FROM_SCENE: &str = "../../base.toml";

const REHEARSAL: &str = "hemma-cli/rehearsal";

/// The file of a scene. That of the rehearsal is compiled in.
pub(super) fn file(root: &Path, slug: &str, state: &str) -> PathBuf {
    let folder = match slug {
        "rehearsal" => root.join(REHEARSAL),
        slug => root.join("tests/cassettes").join(slug),
    };
    folder.join(state).with_extension("toml")
}

/// The files of all scenes.
pub(super) fn files(root: &Path) -> Vec<PathBuf> {
    let folders = workspace::entries(&root.join("tests/cassettes"));
    let files = folders.iter().flat_map(|it| workspace::entries(it));
    let files = files.chain(workspace::entries(&root.join(REHEARSAL)));
    files.filter(|it| it.extension().is_some_and(|it| it == "toml")).collect()
}

/// The base of the repository, if it has one.
pub(super) fn base(root: &Path) -> Result<Option<Cassette>, CassetteError> {
    let file = root.join(BASE);
    if file.is_file() { Cassette::read(&file).map(Some) } else { Ok(None) }
}

/// Whether a scene shows how long each answer took.
pub(super) fn shows_durations(file: &Path, cassette: &Cassette) -> bool {
    stands_alone(file) || cassette.scene.typed.contains("--verbose")
}

/// The text of a scene's file.
pub(super) fn text(
    file: &Path,
    cassette: &Cassette,
    base: Option<&Cassette>,
) -> Result<String, CassetteError> {
    match base.filter(|_| !stands_alone(file)) {
        Some(base) => cassette.text_on(FROM_SCENE, base),
        None => Ok(cassette.to_string()),
    }
}

/// Whether a scene is stored with durations and without a base: the rehearsal can be run with
/// `--verbose`, and has no other files.
fn stands_alone(file: &Path) -> bool {
    file.parent().is_some_and(|it| it.ends_with(REHEARSAL))
}
