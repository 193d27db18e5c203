//! Taking the lock.

use hemma_core::names::ProjectName;
use hemma_core::{Applied, Cancel, Change, Command, Host, Live, Progress};
use serde::{Deserialize, Serialize};

use super::channel::{Channel, WRITE_JOURNAL};
use super::error::LockError;
use super::fence;
use super::holder::{self, Holder};
use super::release::Release;
use super::unproven::Marker;
use crate::state_dir::STATE;

/// Takes the lock. A run that has just taken it may not have written its holder yet. `cat` writes
/// the required files, because it prints why it could not. The number of the run increases with
/// each that takes the lock.
const HOLD: &str = r#"
mkdir -p "$s" || exit 70
exec 9>>"$s/lock"
if ! flock -n 9; then
    exec 9>&-
    echo held
    for _ in 1 2 3 4 5 6 7 8 9 10; do cat "$s/holder" 2>/dev/null && break; sleep 0.05; done
    exit 0
fi
trap 'rm -f "$s/fence.new" "$s/holder.new" "$s/holder" "$s/pid"' EXIT
trap 'exit 0' TERM INT HUP
n=$(cat "$s/fence" 2>/dev/null)
case $n in "" | *[!0-9]*) n=0 ;; esac
n=$((n + 1))
echo "$n" | cat >"$s/fence.new" && mv "$s/fence.new" "$s/fence" || exit 70
printf '%s\n' "$2" | cat >"$s/holder.new" && mv "$s/holder.new" "$s/holder" || exit 70
echo $$ >"$s/pid" || exit 70
echo "acquired $n"
"#;

fn script() -> String {
    format!("{STATE}{HOLD}{WRITE_JOURNAL}")
}

/// Takes the lock of a project on a host, without waiting, and writes every further change of this
/// run into the host's journal.
#[derive(Debug, Clone, Serialize)]
pub struct Acquire {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The run that takes the lock.
    #[serde(skip)]
    pub holder: Holder,
    /// Whether this run ends with a gate: from its first change until it passes, the host remembers
    /// that it is unproven.
    #[serde(skip)]
    pub gated: bool,
}

/// The result of [`Acquire`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Acquired {
    /// This run holds the lock until its end.
    Ours,
    /// Another run holds the lock.
    HeldBy(Option<Holder>),
}

impl Change for Acquire {
    const KIND: &'static str = "lock.acquire";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = Acquired;
    type Error = LockError;

    fn describe(&self) -> String {
        format!("take the lock of {} on {}", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Acquired, LockError> {
        let holder = serde_json::to_string(&self.holder).unwrap_or_default();
        let parameters = [self.project.to_string(), holder];
        let command = Command::script(&script(), parameters).named("hold-lock");
        let mut channel = Channel::open(live, &self.host, &command).await?;
        let word = channel.word.clone();
        match word.split_once(' ').unwrap_or((&word, "")) {
            ("acquired", number) => {
                let Ok(fence) = number.parse() else { return Err(channel.unexpected(&self.host)) };
                let marker = Marker { holder: self.holder.clone() };
                let marker = self.gated.then_some(&marker);
                live.set_guard(Some(fence::guard(&self.host, &self.project, fence, marker)));
                let (host, project) = (self.host.clone(), self.project.clone());
                channel.keep(live, &self.holder, Release { host, project, outcome: None });
                Ok(Acquired::Ours)
            }
            ("held", _) => {
                let beside = channel.next().await.unwrap_or_default();
                Ok(Acquired::HeldBy(holder::read(&beside)))
            }
            _ => Err(channel.unexpected(&self.host)),
        }
    }

    fn extent(outcome: Result<&Acquired, &LockError>) -> Applied {
        match outcome {
            Ok(Acquired::Ours) => Applied::Full,
            Ok(Acquired::HeldBy(_)) => Applied::None,
            Err(error) => Applied::of_failure(matches!(error, LockError::Refused { .. })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_cannot_be_written_is_told_once_and_stops_nothing() {
        let dir = tempfile::tempdir().expect("a place");
        let state = dir.path().join("hemma/huleedu");
        std::fs::create_dir_all(&state).expect("it is made");
        std::os::unix::fs::symlink("/dev/full", state.join("journal.jsonl")).expect("it is made");
        let scripts = [("acquired", script()), ("ready", super::super::announce::script())];
        for (word, script) in scripts {
            let lines = r#"printf 'one\nbeat\ntwo\n' | sh -c "$0" sh huleedu '{}'"#;
            #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
            let ran = std::process::Command::new("sh")
                .args(["-c", lines, &script])
                .env("XDG_STATE_HOME", dir.path())
                .output();
            let text = String::from_utf8(ran.expect("there is a shell").stdout).expect("plain");
            let said: Vec<_> = text.lines().collect();
            assert_eq!(said.len(), 3, "{said:?}");
            assert_eq!(said[2], "ended");
            assert!(said[0].starts_with(word), "{said:?}");
            assert!(said[1].starts_with("lost ") && said[1].contains("No space left"), "{said:?}");
        }
    }

    #[test]
    fn a_lock_that_somebody_else_has_was_not_taken() {
        let host = || "hemma".parse::<Host>().expect("an alias");
        let said = || "No space left on device".to_owned();
        let rows = [
            (Ok(Acquired::Ours), Applied::Full),
            (Ok(Acquired::HeldBy(None)), Applied::None),
            (Err(LockError::Refused { host: host(), said: said() }), Applied::None),
            (Err(LockError::NoAnswer { host: host(), said: said() }), Applied::Partial),
        ];
        for (outcome, extent) in rows {
            assert_eq!(Acquire::extent(outcome.as_ref()), extent, "{outcome:?}");
        }
    }
}
