//! Comparing the journal on this machine with the journal on the host.

use std::path::Path;

use hemma_core::JournalEvent;
use hemma_deploy::lock::Entry;

use crate::stage::Stage;

/// The message of a host that refuses a change.
const REFUSED: &str = "no longer holds the lock";

/// A line about a change: its kind, its words, its outcome.
type Line = (String, String, JournalEvent);

/// Both journals of one run.
#[derive(Debug)]
pub(super) struct Story {
    here: Vec<Entry>,
    there: Vec<Entry>,
    who: String,
}

impl Story {
    /// Reads both: all of the file on this machine, and on the host the lines after the first
    /// `skip`.
    pub(super) async fn read(stage: &Stage, journal: &Path, skip: usize, who: &str) -> Self {
        let here = std::fs::read_to_string(journal).unwrap_or_default();
        let there = format!(
            "tail -n +{} /home/operator/.local/state/hemma/huleedu/journal.jsonl",
            skip + 1
        );
        let there = stage.root(&there).await;
        Self { here: entries(&here), there: entries(&there), who: who.to_owned() }
    }

    /// The differences between the two, apart from those that the end of the connection explains.
    ///
    /// `explained` says that lines may have been lost on their way, and that the run reported it.
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

    /// The changes after a moment. A change that the host refused, because the run did not hold the
    /// lock any more, does not count.
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

/// The lines without the lock's: it is taken before the host's journal is open, and released after
/// it is closed.
fn lines(entries: &[Entry], who: &str) -> Vec<Line> {
    let own = entries.iter().filter(|it| it.who == who && !it.kind.starts_with("lock."));
    own.map(|it| (it.kind.clone(), it.what.clone(), it.event.clone())).collect()
}

/// The entries. A line that cannot be parsed was cut with its writer.
fn entries(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
}
