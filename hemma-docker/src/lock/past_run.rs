//! The journal by runs: each of its changes once, with how it ended.

use jiff::{SignedDuration, Timestamp};

use hemma_core::{Change, JournalEvent};

use super::acquire::{Acquire, Release};
use super::announce::Announce;
use super::history::Entry;

/// What somebody did with one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRun {
    /// When it began, or the first that is known of it.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// From which machine.
    pub from: String,
    /// What they typed.
    pub doing: String,
    /// The changes, without those of the lock itself.
    pub steps: Vec<PastStep>,
    /// Whether it came to its end. One that did not is at work still, or was cut.
    pub ended: bool,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastStep {
    /// The change in one line.
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
    begun: Option<Timestamp>,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was made, in this time if its beginning is known.
    Done(Option<SignedDuration>),
    /// It was not, or not whole; why.
    Failed(String),
    /// Nobody has written down how.
    Open,
}

impl PastRun {
    /// Folds a journal, oldest first. Two runs may be at work at once: not every command needs the
    /// lock.
    pub fn fold(entries: &[Entry]) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for entry in entries {
            let begins = [Acquire::KIND, Announce::KIND].contains(&entry.kind.as_str());
            let same = |it: &Self| {
                !begins
                    && !it.ended
                    && (&it.who, &it.from, &it.doing) == (&entry.who, &entry.from, &entry.doing)
            };
            let at = runs.iter().rposition(same).unwrap_or(runs.len());
            if at == runs.len() {
                runs.push(Self::of(entry));
            }
            let run = &mut runs[at];
            if entry.kind == Release::KIND {
                run.ended = true;
            } else if !begins || matches!(entry.event, JournalEvent::Failed(_)) {
                run.add(entry);
            }
        }
        runs
    }

    fn of(entry: &Entry) -> Self {
        Self {
            at: entry.at,
            who: entry.who.clone(),
            from: entry.from.clone(),
            doing: entry.doing.clone(),
            steps: Vec::new(),
            ended: false,
        }
    }

    fn add(&mut self, entry: &Entry) {
        let is_it = |it: &&mut PastStep| it.outcome == Outcome::Open && it.what == entry.what;
        let open = self.steps.iter_mut().rev().find(is_it);
        let begun = open.as_ref().and_then(|it| it.begun);
        let outcome = match &entry.event {
            JournalEvent::Begun => Outcome::Open,
            JournalEvent::Done => Outcome::Done(begun.map(|it| entry.at.duration_since(it))),
            JournalEvent::Failed(why) => Outcome::Failed(why.clone()),
        };
        match open {
            Some(step) if outcome != Outcome::Open => step.outcome = outcome,
            _ => {
                let begun = (outcome == Outcome::Open).then_some(entry.at);
                self.steps.push(PastStep { what: entry.what.clone(), outcome, begun });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `doing second kind event`, and what the run would show of it.
    fn entry(row: &str) -> Entry {
        let words: Vec<_> = row.split(' ').collect();
        let [doing, second, kind, event] = words[..] else { panic!("{row}") };
        let start: Timestamp = "2026-02-03T12:00:00Z".parse().expect("a time");
        Entry {
            at: start + SignedDuration::from_secs(second.parse().expect("a number")),
            who: "olof".to_owned(),
            from: "laptop".to_owned(),
            doing: doing.to_owned(),
            kind: kind.to_owned(),
            what: format!("make {kind}"),
            event: match event {
                "begun" => JournalEvent::Begun,
                "done" => JournalEvent::Done,
                why => JournalEvent::Failed(why.to_owned()),
            },
        }
    }

    fn shown(rows: &[&str]) -> Vec<String> {
        let entries: Vec<_> = rows.iter().map(|it| entry(it)).collect();
        let step = |it: &PastStep| match &it.outcome {
            Outcome::Done(took) => format!("{} {:?}", it.what, took.map(|it| it.as_secs())),
            Outcome::Failed(why) => format!("{} {why}", it.what),
            Outcome::Open => format!("{} open", it.what),
        };
        let run = |it: &PastRun| {
            let steps: Vec<_> = it.steps.iter().map(step).collect();
            format!("{} {}: {}", it.doing, it.ended, steps.join(", "))
        };
        PastRun::fold(&entries).iter().map(run).collect()
    }

    #[test]
    fn each_change_is_told_once_under_the_command_it_belongs_to() {
        let rows = [
            "exec 0 x done",
            "deploy 1 lock.acquire done",
            "deploy 2 build begun",
            "exec 3 lock.announce done",
            "exec 3 run begun",
            "deploy 5 build done",
            "deploy 6 up begun",
            "exec 6 run broken",
            "exec 6 lock.release begun",
            "deploy 9 lock.acquire done",
            "deploy 9 up begun",
            "deploy 11 up done",
            "deploy 12 lock.release begun",
        ];
        assert_eq!(
            shown(&rows),
            [
                "exec false: make x None",
                "deploy false: make build Some(3), make up open",
                "exec true: make run broken",
                "deploy true: make up Some(2)",
            ]
        );
        assert!(shown(&[]).is_empty());
    }
}
