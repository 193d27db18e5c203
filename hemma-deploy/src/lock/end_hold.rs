//! Releasing the lock of another run by force.

use hemma_core::names::ProjectName;
use hemma_core::text::plain;
use hemma_core::{
    Cancel, Change, Command, Host, JournalEntry, JournalEvent, Live, Place, Progress,
};
use serde::Serialize;

use super::error::LockError;
use super::history::Entry;
use super::holder::Holder;
use crate::state_dir::STATE;

/// Checks the lock first: a process id that is left over belongs to another process by now. The
/// message for the run that loses the lock is written before it does.
const END: &str = r#"
[ -e "$s/lock" ] || exit 0
exec 9<"$s/lock" || exit 70
flock -n 9 && exit 0
pid=$(cat "$s/pid") || exit 71
echo "$(cat "$s/fence") $2" >"$s/ended"
kill "$pid" && flock -w 5 9 || exit 72
printf '%s\n' "$3" | sed "s/@AT@/$(date -u +%Y-%m-%dT%H:%M:%SZ)/" >>"$s/journal.jsonl"
"#;

/// Releases the lock of the run that holds it. The command that it runs at that moment is not cut;
/// it starts no other, and is told who released its lock.
#[derive(Debug, Clone, Serialize)]
pub struct EndHold {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The operator who releases the lock.
    #[serde(skip)]
    pub by: Holder,
}

impl Change for EndHold {
    const KIND: &'static str = "lock.end-hold";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = LockError;

    fn describe(&self) -> String {
        format!("force-release the lock of {} on {}", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LockError> {
        let host = self.host.clone();
        let script = format!("{STATE}{END}");
        let Holder { who, from, since, .. } = &self.by;
        let words = format!("{who} on {from} ended it at {}", since.strftime("%F %T UTC"));
        let entry = JournalEntry {
            at: *since,
            kind: Self::KIND.to_owned(),
            what: self.describe(),
            event: JournalEvent::Done,
        };
        let entry = serde_json::to_string(&Entry::new(&self.by, &entry)).unwrap_or_default();
        // The lock is released some time after the command began, so the host's clock gives the
        // time.
        let entry = entry.replacen(&since.to_string(), "@AT@", 1);
        let parameters = [self.project.to_string(), plain(&words, 300), entry];
        let command = Command::script(&script, parameters).named("end-hold");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(LockError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(LockError::NoAnswer { host, said: output.last_words().to_owned() }),
        }
    }
}
