//! Taking the lock, and letting it go.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hemma_core::config::ProjectName;
use hemma_core::{Change, Command, Cut, ExecError, Extent, Host, Live, NotRecorded, Progress};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::STATE;
use super::holder::{self, Holder};
use super::holding::Holding;

/// How long the host may take to say whether the lock is ours.
pub(super) const ANSWER_PATIENCE: Duration = Duration::from_secs(15);

/// Holds the kernel lock as long as beats come. Every other line that comes is the journal's.
///
/// `read` of a shell takes a byte at a time, so no line that follows is lost; its children do not
/// inherit the lock, or a slow one would hold it after us. Whoever took it a moment ago is about to
/// say so. `cat` writes what must be there, because it says why it could not. A line that the journal
/// lost stops nothing, and is told once.
const HOLD: &str = r#"
mkdir -p "$s" || exit 70
exec 9>>"$s/lock"
if ! flock -n 9; then
    exec 9>&-
    echo held
    for _ in 1 2 3 4 5 6 7 8 9 10; do cat "$s/holder" 2>/dev/null && break; sleep 0.05; done
    exit 0
fi
trap 'rm -f "$s/holder.new" "$s/holder" "$s/pid"' EXIT
trap 'exit 0' TERM INT HUP
printf '%s\n' "$2" | cat >"$s/holder.new" && mv "$s/holder.new" "$s/holder" || exit 70
echo $$ >"$s/pid" || exit 70
echo acquired
while line=$(timeout 20 sh -c 'IFS= read -r line && printf "%s" "$line"' 9>&-); do
    [ "$line" != beat ] || continue
    said=$(exec 9>&-; printf '%s\n' "$line" | cat 2>&1 >>"$s/journal.jsonl") && continue
    [ -n "$lost" ] || echo "lost $said"
    lost=1
done
"#;

/// Takes the lock of a project on a host, without waiting, and writes every further change of
/// this run into the host's journal.
#[derive(Debug, Clone, Serialize)]
pub struct Acquire {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// Who takes it.
    #[serde(skip)]
    pub holder: Holder,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Acquired {
    /// It is ours until the end of the run.
    Ours,
    /// Somebody else has it.
    HeldBy(Option<Holder>),
}

/// Why it is not known whether the lock is ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LockError {
    /// The host could not be asked.
    #[error("could not ask {host} for the lock")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The host gave no answer that could be read.
    #[error("{host} did not say whether the lock is free: {said}")]
    NoAnswer {
        /// The host.
        host: Host,
        /// What it said instead.
        said: String,
    },
    /// The host cannot keep one: its disk is full, or read-only.
    #[error("{host} could not take the lock: {said}")]
    Refused {
        /// The host.
        host: Host,
        /// Its last words.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Change for Acquire {
    const KIND: &'static str = "lock.acquire";
    const CUT: Cut = Cut::AtOnce;
    type Receipt = Acquired;
    type Error = LockError;

    fn describe(&self) -> String {
        format!("take the lock of {} on {}", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<Acquired, LockError> {
        let host = self.host.clone();
        let holder = serde_json::to_string(&self.holder).unwrap_or_default();
        let script = format!("{STATE}{HOLD}");
        let command =
            Command::script(&script, [self.project.to_string(), holder]).named("hold-lock");
        let duplex = match live.duplex(&host, &command).await {
            Ok(duplex) => duplex,
            Err(source) => return Err(LockError::Ask { host, source }),
        };
        let words = duplex.stderr();
        let (from_host, to_host) = tokio::io::split(duplex);
        let mut lines = BufReader::new(from_host).lines();
        let answer = tokio::time::timeout(ANSWER_PATIENCE, lines.next_line()).await;
        match answer.map(Result::unwrap_or_default) {
            Ok(Some(word)) if word == "acquired" => {
                let holding = Holding::keep(lines, to_host, live.journal(), &self.holder);
                // Whoever acquires twice in one run keeps the first: the second was told "held".
                drop(live.shelf().get_or_make(|| holding));
                Ok(Acquired::Ours)
            }
            Ok(Some(word)) if word == "held" => {
                let beside = lines.next_line().await.ok().flatten().unwrap_or_default();
                Ok(Acquired::HeldBy(holder::read(&beside)))
            }
            Ok(Some(said)) => Err(LockError::NoAnswer { host, said }),
            Ok(None) => Err(ended(host, &last_line(&words))),
            Err(_) => {
                let said = format!("nothing within {} s", ANSWER_PATIENCE.as_secs());
                Err(LockError::NoAnswer { host, said })
            }
        }
    }

    fn extent(outcome: Result<&Acquired, &LockError>) -> Extent {
        match outcome {
            Ok(Acquired::Ours) => Extent::Whole,
            Ok(Acquired::HeldBy(_)) => Extent::Nothing,
            Err(error) => Extent::of_failure(matches!(error, LockError::Refused { .. })),
        }
    }
}

/// A script that ended says why; a connection that did, nothing.
fn ended(host: Host, said: &str) -> LockError {
    if said.is_empty() {
        return LockError::NoAnswer { host, said: "the connection ended".to_owned() };
    }
    LockError::Refused { host, said: crate::text::plain(said, 300) }
}

fn last_line(words: &Mutex<Vec<u8>>) -> String {
    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&words);
    text.lines().rfind(|it| !it.trim().is_empty()).unwrap_or_default().to_owned()
}

/// Lets the lock go. It would go by itself with the run; this waits until it is gone.
#[derive(Debug, Clone, Serialize)]
pub struct Release {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
}

impl Change for Release {
    const KIND: &'static str = "lock.release";
    const CUT: Cut = Cut::AtOnce;
    type Receipt = ();
    type Error = LockError;

    fn describe(&self) -> String {
        format!("let the lock of {} on {} go", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LockError> {
        if let Some(holding) = live.shelf().take::<Holding>() {
            holding.end().await;
        }
        Ok(())
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
        let scripts =
            [("acquired", format!("{STATE}{HOLD}")), ("ready", super::super::announce::script())];
        for (word, script) in scripts {
            let lines = r#"printf 'one\nbeat\ntwo\n' | sh -c "$0" sh huleedu '{}'"#;
            #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
            let ran = std::process::Command::new("sh")
                .args(["-c", lines, &script])
                .env("XDG_STATE_HOME", dir.path())
                .output();
            let text = String::from_utf8(ran.expect("there is a shell").stdout).expect("plain");
            let said: Vec<_> = text.lines().collect();
            assert_eq!(said.len(), 2, "{said:?}");
            assert_eq!(said[0], word);
            assert!(said[1].starts_with("lost ") && said[1].contains("No space left"), "{said:?}");
        }
    }

    #[test]
    fn a_lock_that_somebody_else_has_was_not_taken() {
        let host = || "hemma".parse::<Host>().expect("an alias");
        let said = || "No space left on device".to_owned();
        let rows = [
            (Ok(Acquired::Ours), Extent::Whole),
            (Ok(Acquired::HeldBy(None)), Extent::Nothing),
            (Err(LockError::Refused { host: host(), said: said() }), Extent::Nothing),
            (Err(LockError::NoAnswer { host: host(), said: said() }), Extent::Half),
        ];
        for (outcome, extent) in rows {
            assert_eq!(Acquire::extent(outcome.as_ref()), extent, "{outcome:?}");
        }
    }
}
