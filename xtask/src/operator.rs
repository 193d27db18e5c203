//! Who is at the keyboard: for the lock, and for the journal.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use hemma_core::World;
use hemma_docker::lock::{Entry, Holder};

/// The operator of this run.
pub(crate) fn holder(world: &World, doing: &str) -> Holder {
    let who = variable("USER").or_else(|| variable("LOGNAME"));
    let from = gethostname::gethostname().to_string_lossy().into_owned();
    let who = who.unwrap_or_else(|| "somebody".to_owned());
    Holder { who, from, since: world.now(), doing: doing.to_owned() }
}

#[expect(clippy::disallowed_methods, reason = "who is at the keyboard is known from nowhere else")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}

/// Writes each change of this run into the journal on this machine; the host has its own.
///
/// A journal that cannot be written is no reason not to repair a server that is down.
pub(crate) fn keep_journal(world: &World, holder: &Holder, project: &str) {
    let Some(path) = journal(project) else { return };
    let opened = path.parent().map(std::fs::create_dir_all).transpose();
    let file = opened.and_then(|_| OpenOptions::new().create(true).append(true).open(&path));
    let Ok(file) = file else { return };
    let (file, holder) = (Mutex::new(file), holder.clone());
    world.on_change(move |entry| {
        let line = serde_json::to_string(&Entry::new(&holder, entry)).unwrap_or_default();
        if let Ok(mut file) = file.lock() {
            let _ = writeln!(file, "{line}");
        }
    });
}

/// Where the journal on this machine lies.
pub(crate) fn journal(project: &str) -> Option<PathBuf> {
    Some(state(project)?.join("journal.jsonl"))
}

/// What programs of the operator's own write while a terminal may close; a file for each.
pub(crate) fn job_log(world: &World, project: &str) -> Option<PathBuf> {
    let name = format!("{}.log", world.now().strftime("%Y%m%dT%H%M%S%.3fZ"));
    Some(state(project)?.join("jobs").join(name))
}

fn state(project: &str) -> Option<PathBuf> {
    let state = variable("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| std::env::home_dir().map(|it| it.join(".local/state")))?;
    Some(state.join("hemma").join(project))
}
