//! The place of a tunnel on this machine, and its environment.

use std::path::PathBuf;

use hemma_tunnel::daemon::InstanceDir;

use crate::{Failure, Run};

/// The default path of programs. Homebrew's are not in a service's own path.
const USUAL_PATH: &str = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

#[derive(Debug, thiserror::Error)]
#[error("this user has no home directory")]
pub(super) struct NoHome;

/// The one place of a tunnel to the host. It must be the same from a terminal and from a service.
/// The alias alone does not say which host is meant, and each application has its own forwards.
pub(super) fn seat(run: &Run<'_>) -> Result<InstanceDir, Failure> {
    let config = run.config();
    let ssh_config = config.host.ssh_config.as_ref().map(|it| it.as_path().display().to_string());
    let configuration = format!("{}\n{}", ssh_config.unwrap_or_default(), config.compose.project);
    Ok(InstanceDir::new(directory()?, config.host.alias.clone()).of(&configuration))
}

/// The directory: Linux has one that is removed with the login session; elsewhere it is the cache.
fn directory() -> Result<PathBuf, Failure> {
    let session = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let session = session.filter(|it| cfg!(target_os = "linux") && it.is_absolute());
    match session {
        Some(session) => Ok(session.join("hemma")),
        None => Ok(home()?.join(".cache/hemma/run")),
    }
}

pub(super) fn home() -> Result<PathBuf, Failure> {
    std::env::home_dir().ok_or_else(|| Failure::unknown(NoHome))
}

/// This user's search path, without relative directories.
pub(super) fn path() -> String {
    let own = variable("PATH").unwrap_or_else(|| USUAL_PATH.to_owned());
    own.split(':').filter(|it| it.starts_with('/')).collect::<Vec<_>>().join(":")
}

pub(super) fn agent() -> Option<String> {
    variable("SSH_AUTH_SOCK")
}

#[expect(clippy::disallowed_methods, reason = "what surrounds the user is known from nowhere else")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}
