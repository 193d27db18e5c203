//! The history of a host's changes, read from the journal.

use hemma_core::names::ProjectName;
use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Host, JournalEntry, JournalEvent, Live,
    NotRecorded, OperatorError, Place, Question, storage,
};
use serde::{Deserialize, Serialize};

use super::holder::Holder;
use crate::state_dir::STATE;

const READ: &str = r#"[ -e "$s/journal.jsonl" ] || exit 0; tail -n "$2" "$s/journal.jsonl""#;

/// One line of the host's journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The time.
    pub at: jiff::Timestamp,
    /// The operator's name.
    pub who: String,
    /// The operator's machine.
    pub from: String,
    /// The command.
    pub doing: String,
    /// The kind of change.
    pub kind: String,
    /// The change in one line.
    pub what: String,
    /// The change's beginning, or how it ended.
    pub event: JournalEvent,
}

impl Entry {
    /// An entry for a change of `holder`'s run.
    pub fn new(holder: &Holder, entry: &JournalEntry) -> Self {
        Self {
            at: entry.at,
            who: holder.who.clone(),
            from: holder.from.clone(),
            doing: holder.doing.clone(),
            kind: entry.kind.clone(),
            what: entry.what.clone(),
            event: entry.event.clone(),
        }
    }
}

/// Which changes are in the journal?
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// The host.
    pub host: Host,
    /// The project.
    pub project: ProjectName,
    /// The largest number of lines, counted from the end.
    pub lines: u32,
}

/// Why the journal could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HistoryError {
    /// The command's answer is not known.
    #[error("could not read the journal on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// The command failed.
    #[error("could not read the journal on {host}: {said}")]
    Failed {
        /// The host.
        host: Host,
        /// The last line of its output.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for HistoryError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Failed { host, said } => storage::classify(ErrorClass::Unknown, host, said),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for History {
    const KIND: &'static str = "lock.history";
    type Answer = Vec<Entry>;
    type Error = HistoryError;

    async fn ask(&self, live: &Live) -> Result<Vec<Entry>, HistoryError> {
        let host = self.host.clone();
        let parameters = [self.project.to_string(), self.lines.to_string()];
        let command = Command::script(&format!("{STATE}{READ}"), parameters).named("read-journal");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(HistoryError::Ask { host, source }),
            Ok(output) if output.success() => Ok(read(&output.stdout)),
            Ok(output) => Err(HistoryError::Failed { host, said: output.last_words().to_owned() }),
        }
    }
}

/// Parses the journal. A line that cannot be parsed is incomplete, because its writer was killed.
fn read(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_skipped() {
        let entry = Entry {
            at: "2026-02-03T12:00:00Z".parse().expect("a time"),
            who: "olof".to_owned(),
            from: "laptop".to_owned(),
            doing: "deploy".to_owned(),
            kind: "compose.up".to_owned(),
            what: "bring up api".to_owned(),
            event: JournalEvent::Failed("it did not".to_owned()),
        };
        let line = serde_json::to_string(&entry).expect("plain values");
        assert_eq!(read(&format!("{line}\n{}\n{line}\n", &line[..40])), [entry.clone(), entry]);
    }
}
