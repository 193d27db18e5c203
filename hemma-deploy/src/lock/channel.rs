//! The channel to the process on the host that holds the lock, or only writes the journal.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hemma_core::{Command, Duplex, Host, Live};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, ReadHalf, WriteHalf};

use super::error::LockError;
use super::holder::Holder;
use super::holding::Holding;
use super::release::Release;

/// The time that the host may take for its first answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(15);

/// Runs as long as heartbeats come. With `proven` a run says that it leaves nothing unproven, and
/// removes the marker if it made it itself. Every other line is the journal's: it is appended to
/// the file in one write, so the lines of several runs stay whole.
///
/// A shell's `read` takes a byte at a time, so no following line is lost; its children do not
/// inherit the lock on 9, or a slow one would hold it after this run. A line that the journal lost
/// stops nothing, and is reported once. `ended` says that every sent line has arrived.
pub(super) const WRITE_JOURNAL: &str = r#"
while line=$(timeout 20 sh -c 'IFS= read -r line && printf "%s" "$line"' 9>&-); do
    [ "$line" != beat ] || continue
    if [ "$line" = proven ]; then
        [ "$(sed -n 1p "$s/unproven" 2>/dev/null)" != "$n" ] || rm -f "$s/unproven"
        continue
    fi
    said=$(exec 9>&-; printf '%s\n' "$line" | cat 2>&1 >>"$s/journal.jsonl") && continue
    [ -n "$lost" ] || echo "lost $said"
    lost=1
done
echo ended
"#;

/// A process that has printed its first word.
pub(super) struct Channel {
    from_host: Lines<BufReader<ReadHalf<Duplex>>>,
    to_host: WriteHalf<Duplex>,
    /// The first word.
    pub(super) word: String,
}

impl Channel {
    /// Starts the process, and waits for its first word.
    pub(super) async fn open(
        live: &Live,
        host: &Host,
        command: &Command,
    ) -> Result<Self, LockError> {
        let duplex = live.duplex(host, command).await;
        let duplex = duplex.map_err(|source| LockError::Ask { host: host.clone(), source })?;
        let (stderr, end) = (duplex.stderr(), duplex.end());
        let (from_host, to_host) = tokio::io::split(duplex);
        let mut from_host = BufReader::new(from_host).lines();
        match tokio::time::timeout(ANSWER_PATIENCE, from_host.next_line()).await {
            Ok(Ok(Some(word))) => Ok(Self { from_host, to_host, word }),
            Ok(Ok(None) | Err(_)) => match end.not_begun().await {
                Some(source) => Err(LockError::Ask { host: host.clone(), source }),
                None => Err(ended(host, &last_line(&stderr))),
            },
            Err(_) => {
                if let Some(source) = end.not_begun().await {
                    return Err(LockError::Ask { host: host.clone(), source });
                }
                let said = format!("nothing within {} s", ANSWER_PATIENCE.as_secs());
                Err(LockError::NoAnswer { host: host.clone(), said })
            }
        }
    }

    /// The line after the first word.
    pub(super) async fn next(&mut self) -> Option<String> {
        self.from_host.next_line().await.ok().flatten()
    }

    /// Keeps the process alive until the end of the run, and sends it the run's journal. An
    /// interrupted run also releases the lock, with `release` as its end in the journal.
    pub(super) fn keep(self, live: &Live, holder: &Holder, release: Release) {
        let Self { from_host, to_host, .. } = self;
        let holding = Holding::keep(from_host, to_host, live.journal(), holder);
        // The first of two channels in one run stays.
        let holding = live.extensions().get_or_make(|| holding);
        let journal = live.journal().clone();
        live.at_close(async move |now| holding.interrupted(&journal, release, now).await);
    }

    /// The error for an unexpected word.
    pub(super) fn unexpected(self, host: &Host) -> LockError {
        LockError::NoAnswer { host: host.clone(), said: hemma_core::text::plain(&self.word, 300) }
    }
}

/// The error for a closed channel: a script that ended says why; a cut connection does not.
fn ended(host: &Host, said: &str) -> LockError {
    let host = host.clone();
    if said.is_empty() {
        return LockError::NoAnswer { host, said: "the connection ended".to_owned() };
    }
    LockError::Refused { host, said: hemma_core::text::plain(said, 300) }
}

fn last_line(words: &Mutex<Vec<u8>>) -> String {
    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&words);
    text.lines().rfind(|it| !it.trim().is_empty()).unwrap_or_default().to_owned()
}
