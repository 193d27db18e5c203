//! The channel to the process on the host that holds the lock, or the journal alone.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hemma_core::{Command, Duplex, Host, Live};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, ReadHalf, WriteHalf};

use super::LockError;
use super::acquire::Release;
use super::holder::Holder;
use super::holding::Holding;

/// How long the host may take to say how it stands.
const ANSWER_PATIENCE: Duration = Duration::from_secs(15);

/// Lives as long as beats come. With `proven` a run says that it leaves nothing open, and takes the
/// marker away if it made it itself. Every other line that comes is the journal's: it goes to the end
/// of the file in one write, so the lines of several runs stay whole.
///
/// `read` of a shell takes a byte at a time, so no line that follows is lost; its children do not
/// inherit a lock on 9, or a slow one would hold it after us. A line that the journal lost stops
/// nothing, and is told once. `ended` says that every line that was sent has come.
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

/// A process that has said its first word.
pub(super) struct Channel {
    from_host: Lines<BufReader<ReadHalf<Duplex>>>,
    to_host: WriteHalf<Duplex>,
    /// That word.
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

    /// Keeps the process alive until the end of the run, and gives it the run's journal. A run that
    /// is interrupted lets go as well, and has `release` in the journal as its end.
    pub(super) fn keep(self, live: &Live, holder: &Holder, release: Release) {
        let Self { from_host, to_host, .. } = self;
        let holding = Holding::keep(from_host, to_host, live.journal(), holder);
        // The first of two in one run stays.
        let holding = live.shelf().get_or_make(|| holding);
        let journal = live.journal().clone();
        live.at_close(async move |now| holding.interrupted(&journal, release, now).await);
    }

    /// The error for a word that nobody expected.
    pub(super) fn unexpected(self, host: &Host) -> LockError {
        LockError::NoAnswer { host: host.clone(), said: hemma_core::text::plain(&self.word, 300) }
    }
}

/// A script that ended says why; a connection that did, nothing.
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
