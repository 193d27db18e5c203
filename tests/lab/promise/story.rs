//! The journal here and the journal on the host, side by side.

use std::path::Path;

use hemma_core::JournalEvent;
use hemma_deploy::lock::Entry;

use crate::stage::Stage;

/// The words of a host that refuses a change.
const REFUSED: &str = "no longer holds the lock";

/// What is said of a change: its kind, its words, what became of it.
type Line = (String, String, JournalEvent);

/// Both journals of one run.
#[derive(Debug)]
pub(super) struct Story {
    here: Vec<Entry>,
    there: Vec<Entry>,
    who: String,
}

impl Story {
    /// Reads both: here all of the file, on the host what is behind the first `skip` lines.
    pub(super) async fn read(stage: &Stage, journal: &Path, skip: usize, who: &str) -> Self {
        let here = std::fs::read_to_string(journal).unwrap_or_default();
        let there = format!(
            "tail -n +{} /home/operator/.local/state/hemma/huleedu/journal.jsonl",
            skip + 1
        );
        let there = stage.root(&there).await;
        Self { here: entries(&here), there: entries(&there), who: who.to_owned() }
    }

    /// How the two differ, if not in what the end of the connection explains.
    ///
    /// `explained` says that lines may have been lost on their way, and that the run owned up to it.
    pub(super) fn differs(&self, explained: bool) -> Vec<String> {
        let here = lines(&self.here, &self.who);
        let there = lines(&self.there, &self.who);
        let common = here.iter().zip(&there).take_while(|(here, there)| here == there).count();
        let (lost, unknown) = (&here[common..], &there[common..]);
        let mut wrong = Vec::new();
        if !unknown.is_empty() {
            wrong.push(format!("the host's journal alone has {unknown:?}"));
        }
        if !lost.is_empty() && !explained {
            wrong.push(format!("the host's journal lacks {lost:?}, and the run did not say so"));
        }
        wrong
    }

    /// What the run changed after a moment. A change that the host refused, because the run does not
    /// hold the lock any more, is none.
    pub(super) fn changed_after(&self, moment: jiff::Timestamp) -> Vec<String> {
        let refused = |it: &Entry| {
            let why = |next: &Entry| matches!(&next.event, JournalEvent::Failed(why) if why.contains(REFUSED));
            self.here.iter().any(|next| next.what == it.what && next.at >= it.at && why(next))
        };
        let begun = self.here.iter().filter(|it| {
            it.event == JournalEvent::Begun && it.at > moment && !it.kind.starts_with("lock.")
        });
        begun.filter(|it| !refused(it)).map(|it| it.what.clone()).collect()
    }
}

impl std::fmt::Display for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, entries) in [("here", &self.here), ("on the host", &self.there)] {
            writeln!(f, "--- journal {place}")?;
            for it in entries {
                writeln!(f, "{} {} {}: {:?}", it.at.strftime("%T%.3f"), it.who, it.what, it.event)?;
            }
        }
        Ok(())
    }
}

/// The lock itself is taken before the host's journal is open, and let go after it is closed.
fn lines(entries: &[Entry], who: &str) -> Vec<Line> {
    let own = entries.iter().filter(|it| it.who == who && !it.kind.starts_with("lock."));
    own.map(|it| (it.kind.clone(), it.what.clone(), it.event.clone())).collect()
}

/// A line that cannot be read was cut with its writer.
fn entries(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
}
