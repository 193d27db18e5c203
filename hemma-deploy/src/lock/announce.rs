//! The journal without the lock, for work that may go on next to other runs.

use hemma_core::names::ProjectName;
use hemma_core::{Cancel, Change, Command, Host, Live, Progress};
use serde::Serialize;

use super::channel::{Channel, WRITE_JOURNAL};
use super::holder::Holder;
use super::{LockError, Release};
use crate::state_dir::STATE;

const OPEN: &str = r#"
mkdir -p "$s" && true >>"$s/journal.jsonl" || exit 70
echo ready
"#;

pub(super) fn script() -> String {
    format!("{STATE}{OPEN}{WRITE_JOURNAL}")
}

/// Writes every further change of this run into the host's journal without taking the lock: a shell
/// in a container may stay open for hours. [`Release`](super::Release) ends it.
#[derive(Debug, Clone, Serialize)]
pub struct Announce {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The run that is at work.
    #[serde(skip)]
    pub holder: Holder,
}

impl Change for Announce {
    const KIND: &'static str = "lock.announce";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = LockError;

    fn describe(&self) -> String {
        format!("open the journal of {} on {}", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LockError> {
        let parameters = [self.project.to_string()];
        let command = Command::script(&script(), parameters).named("write-journal");
        let channel = Channel::open(live, &self.host, &command).await;
        let channel = channel.map_err(|error| match error {
            LockError::Refused { host, said } => LockError::Journal { host, said },
            other => other,
        })?;
        if channel.word != "ready" {
            return Err(channel.unexpected(&self.host));
        }
        let (host, project) = (self.host.clone(), self.project.clone());
        channel.keep(live, &self.holder, Release { host, project, outcome: None });
        Ok(())
    }
}
