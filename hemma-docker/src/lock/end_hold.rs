//! Ending somebody's hold by hand.

use hemma_core::config::ProjectName;
use hemma_core::{Change, Command, Cut, Host, Live, Place, Progress};
use serde::Serialize;

use super::STATE;
use super::acquire::LockError;

/// The lock is asked first: a process id that is left over belongs to somebody else by now.
const END: &str = r#"
[ -e "$s/lock" ] || exit 0
exec 9<"$s/lock" || exit 70
flock -n 9 && exit 0
pid=$(cat "$s/pid") || exit 71
kill "$pid" && flock -w 5 9
"#;

/// Ends the hold of whoever has the lock. What they are doing at that moment is not undone.
#[derive(Debug, Clone, Serialize)]
pub struct EndHold {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
}

impl Change for EndHold {
    const KIND: &'static str = "lock.end-hold";
    const CUT: Cut = Cut::AtOnce;
    type Receipt = ();
    type Error = LockError;

    fn describe(&self) -> String {
        format!("end the hold on {} on {}", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LockError> {
        let host = self.host.clone();
        let script = format!("{STATE}{END}");
        let command = Command::script(&script, [self.project.to_string()]).named("end-hold");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(LockError::Ask { host, source }),
            Ok(output) if output.success() => Ok(()),
            Ok(output) => Err(LockError::NoAnswer { host, said: output.last_words().to_owned() }),
        }
    }
}
