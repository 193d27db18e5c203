//! The journal without the lock, for what keeps nobody else from working.

use hemma_core::config::ProjectName;
use hemma_core::{Change, Command, Cut, Host, Live, Progress};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::STATE;
use super::acquire::{ANSWER_PATIENCE, LockError};
use super::holder::Holder;
use super::holding::Holding;

/// Each line goes to the end of the file in one write, so the lines of several stay whole.
const WRITE: &str = r#"
mkdir -p "$s" && exec 9>>"$s/journal.jsonl" || exit 70
echo ready
while line=$(timeout 20 sh -c 'IFS= read -r line && printf "%s" "$line"'); do
    [ "$line" != beat ] || continue
    said=$(printf '%s\n' "$line" | cat 2>&1 >&9) && continue
    [ -n "$lost" ] || echo "lost $said"
    lost=1
done
"#;

pub(super) fn script() -> String {
    format!("{STATE}{WRITE}")
}

/// Writes every further change of this run into the host's journal, and takes no lock: a shell in a
/// container may stay open for hours. [`Release`](super::Release) ends it.
#[derive(Debug, Clone, Serialize)]
pub struct Announce {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// Who is at work.
    #[serde(skip)]
    pub holder: Holder,
}

impl Change for Announce {
    const KIND: &'static str = "lock.announce";
    const CUT: Cut = Cut::AtOnce;
    type Receipt = ();
    type Error = LockError;

    fn describe(&self) -> String {
        format!("open the journal of {} on {}", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LockError> {
        let host = self.host.clone();
        let parameters = [self.project.to_string()];
        let command = Command::script(&script(), parameters).named("write-journal");
        let duplex = match live.duplex(&host, &command).await {
            Ok(duplex) => duplex,
            Err(source) => return Err(LockError::Ask { host, source }),
        };
        let (from_host, to_host) = tokio::io::split(duplex);
        let mut lines = BufReader::new(from_host).lines();
        match tokio::time::timeout(ANSWER_PATIENCE, lines.next_line()).await {
            Ok(Ok(Some(word))) if word == "ready" => {
                let holding = Holding::keep(lines, to_host, live.journal(), &self.holder);
                drop(live.shelf().get_or_make(|| holding));
                Ok(())
            }
            _ => {
                Err(LockError::NoAnswer { host, said: "its journal cannot be written".to_owned() })
            }
        }
    }
}
