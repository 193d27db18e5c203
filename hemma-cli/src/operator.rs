//! The operator, for the lock and for the journal.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hemma_core::World;
use hemma_deploy::lock::{Entry, Holder};

use crate::flags::Flags;

/// The operator of this run.
pub(crate) fn holder(world: &World, doing: &str) -> Holder {
    let who = variable("USER").or_else(|| variable("LOGNAME"));
    let from = gethostname::gethostname().to_string_lossy().into_owned();
    let who = who.unwrap_or_else(|| "unknown".to_owned());
    Holder { who, from, since: world.now(), doing: doing.to_owned() }
}

#[expect(clippy::disallowed_methods, reason = "who is at the keyboard is known from nowhere else")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}

/// Writes each change of this run into the journal on this machine; the host has its own.
///
/// A journal that cannot be written does not keep the operator from repairing a server that is
/// down.
pub(crate) fn keep_journal(world: &World, holder: &Holder, state: Option<&Path>) {
    let Some(path) = state.map(journal) else { return };
    let Ok(file) = for_owner_alone(&path) else { return };
    let (file, holder) = (Mutex::new(file), holder.clone());
    world.on_change(move |entry| {
        let line = serde_json::to_string(&Entry::new(&holder, entry)).unwrap_or_default();
        if let Ok(mut file) = file.lock() {
            let _ = writeln!(file, "{line}");
        }
    });
}

/// Opens a file for appending that only its owner may read, whatever the umask is, in a directory
/// of the same kind. One that others could read is closed to them.
fn for_owner_alone(path: &Path) -> std::io::Result<File> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        std::fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// The path of the journal on this machine.
pub(crate) fn journal(state: &Path) -> PathBuf {
    state.join("journal.jsonl")
}

/// The file for the output of an operator's own program, whose terminal may close.
pub(crate) fn job_log(world: &World, state: &Path) -> PathBuf {
    let name = format!("{}.log", world.now().strftime("%Y%m%dT%H%M%S%.3fZ"));
    state.join("jobs").join(name)
}

/// The directory on this machine for the history of an application. That of the practice host is
/// with the practice host's own files, and is removed with them.
pub(crate) fn state(
    flags: &Flags,
    here: &Path,
    lab: Option<PathBuf>,
    project: &str,
) -> Option<PathBuf> {
    let given = flags.config.as_ref().map(|it| here.join(it));
    let is_its_own =
        given.as_deref().and_then(Path::parent).is_some_and(|it| Some(it) == lab.as_deref());
    if flags.lab || is_its_own {
        return Some(lab?.join("state").join(project));
    }
    let state = variable("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| std::env::home_dir().map(|it| it.join(".local/state")))?;
    Some(state.join("hemma").join(project))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_can_read_the_journal() {
        let dir = tempfile::tempdir().expect("a place");
        let (state, path) =
            (dir.path().join("hemma/app"), dir.path().join("hemma/app/journal.jsonl"));
        let mode =
            |it: &Path| std::fs::metadata(it).expect("it is there").permissions().mode() & 0o777;
        for round in 0..2 {
            writeln!(for_owner_alone(&path).expect("it is opened"), "{round}")
                .expect("it is written");
            assert_eq!((mode(&state), mode(&path)), (0o700, 0o600));
            // An earlier version created it like this.
            std::fs::set_permissions(&state, Permissions::from_mode(0o755)).expect("it is ours");
            std::fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("it is ours");
        }
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "0\n1\n");
    }
}
