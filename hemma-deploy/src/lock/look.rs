//! Whether the lock is free.

use hemma_core::names::ProjectName;
use hemma_core::{Command, ExecError, Finding, Host, Live, Place, Question, World};
use serde::{Deserialize, Serialize};

use super::error::LockError;
use super::holder::{self, Holder};
use crate::Remedy;
use crate::ids;
use crate::state_dir::STATE;

/// Opens the file for reading only: a look creates no file.
const LOOK: &str = r#"
[ -e "$s/lock" ] || { echo free; exit 0; }
exec 9<"$s/lock" || exit 70
if flock -n 9; then echo free; else echo held; cat "$s/holder" 2>/dev/null; fi
exit 0
"#;

/// Is the lock of a project held?
#[derive(Debug, Clone, Serialize)]
pub struct LookLock {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
}

/// The state of the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The lock is free.
    Free,
    /// A run holds the lock.
    HeldBy(Option<Holder>),
}

impl Question for LookLock {
    const KIND: &'static str = "lock.look";
    type Answer = Standing;
    type Error = LockError;

    async fn ask(&self, live: &Live) -> Result<Standing, LockError> {
        let host = self.host.clone();
        let script = format!("{STATE}{LOOK}");
        let command = Command::script(&script, [self.project.to_string()]).named("look-at-lock");
        let output = live.run(&Place::On(host.clone()), &command).await;
        let output =
            output.map_err(|source: ExecError| LockError::Ask { host: host.clone(), source })?;
        let mut lines = output.stdout.lines();
        match lines.next() {
            Some("free") => Ok(Standing::Free),
            Some("held") => Ok(Standing::HeldBy(holder::read(lines.next().unwrap_or_default()))),
            _ => Err(LockError::NoAnswer { host, said: output.last_words().to_owned() }),
        }
    }
}

/// The finding about the lock.
pub async fn verify(world: &World, host: &Host, project: &ProjectName) -> Finding {
    let subject = "lock";
    let asked = LookLock { host: host.clone(), project: project.clone() };
    match world.ask(&asked).await {
        Ok(Standing::Free) => Finding::pass(ids::LOCK_FREE, subject, "it is free"),
        Ok(Standing::HeldBy(holder)) => Finding::fail(
            ids::LOCK_HELD,
            subject,
            format!("it is held by {}", holder::shown(holder.as_ref())),
        )
        .remedy(Remedy::ReleaseLock),
        Err(error) => Finding::unknown(ids::LOCK_UNSEEN, subject, &error),
    }
}
