//! The journal by runs: each change once, with its outcome, and the outcome of the run.

use std::fmt;

use hemma_core::{Change, JournalEvent};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::acquire::Acquire;
use super::announce::Announce;
use super::end_hold::EndHold;
use super::history::Entry;
use super::holder::Holder;
use super::outcome::RunOutcome;
use super::release::Release;

/// The changes of one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastRun {
    /// The time at which the run began, or its first known change.
    pub at: Timestamp,
    /// The time at which the run ended, if the journal has it.
    pub until: Option<Timestamp>,
    /// The operator's name.
    pub who: String,
    /// The operator's machine.
    pub from: String,
    /// The command.
    pub doing: String,
    /// The outcome of the run.
    pub outcome: PastOutcome,
    /// The changes, without those of the lock itself.
    pub steps: Vec<PastStep>,
}

/// The outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastOutcome {
    /// The command ended with this outcome.
    Ended(RunOutcome),
    /// The end is not in the journal: the run was killed, or lost its connection.
    Cut,
    /// The run is still at work.
    Running,
}

/// A change of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastStep {
    /// The kind of change.
    pub kind: String,
    /// The change in one line.
    pub what: String,
    /// The outcome of the change.
    #[serde(flatten)]
    pub outcome: Outcome,
    #[serde(skip)]
    begun: Option<Timestamp>,
}

/// The outcome of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The change was made.
    Done {
        /// The time it took, if its beginning is known.
        took: Option<SignedDuration>,
    },
    /// The change was not made, or only in part.
    Failed {
        /// The reason.
        why: String,
    },
    /// The journal has no outcome.
    Open,
}

/// The changes that restore what ran before.
const BRINGS_BACK: [&str; 2] = ["release.restore", "release.withdraw"];
/// The changes that a deploy makes only after its gate.
const PROVES: [&str; 2] = ["release.keep", "release.note"];

/// The outcome in the line of a run's end: `release the lock of shop on hemma (taken back)`.
pub fn outcome_in(line: &str) -> Option<RunOutcome> {
    let (_, word) = line.strip_suffix(')')?.rsplit_once(" (")?;
    RunOutcome::ALL.into_iter().find(|it| it.to_string() == word)
}

impl fmt::Display for PastOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(outcome) => outcome.fmt(f),
            Self::Cut => f.write_str("cut"),
            Self::Running => f.write_str("running"),
        }
    }
}

/// Serializes the words with dashes: `taken-back`.
impl Serialize for PastOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string().replace(' ', "-"))
    }
}

impl PastRun {
    /// Groups a journal by runs, oldest first. Two runs may be at work at once: not every command
    /// needs the lock. The run of `holder` is still at work.
    pub fn fold(entries: &[Entry], holder: Option<&Holder>) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for entry in entries {
            let begins = [Acquire::KIND, Announce::KIND].contains(&entry.kind.as_str());
            let same = |it: &Self| {
                !begins
                    && it.until.is_none()
                    && (&it.who, &it.from, &it.doing) == (&entry.who, &entry.from, &entry.doing)
            };
            let at = runs.iter().rposition(same).unwrap_or(runs.len());
            if at == runs.len() {
                runs.push(Self::of(entry));
            }
            let run = &mut runs[at];
            if entry.kind == EndHold::KIND {
                run.add(entry);
                run.until = Some(entry.at);
                run.outcome = PastOutcome::Ended(run.seen());
            } else if entry.kind == Release::KIND {
                run.until = Some(entry.at);
                let outcome = outcome_in(&entry.what).unwrap_or_else(|| run.seen());
                run.outcome = PastOutcome::Ended(outcome);
            } else if !begins || matches!(entry.event, JournalEvent::Failed(_)) {
                run.add(entry);
            }
        }
        let works = |it: &&mut Self| {
            let same =
                |by: &Holder| (&it.who, &it.from, &it.doing) == (&by.who, &by.from, &by.doing);
            it.until.is_none() && holder.is_some_and(same)
        };
        if let Some(run) = runs.iter_mut().rev().find(works) {
            run.outcome = PastOutcome::Running;
        }
        runs
    }

    fn of(entry: &Entry) -> Self {
        Self {
            at: entry.at,
            until: None,
            who: entry.who.clone(),
            from: entry.from.clone(),
            doing: entry.doing.clone(),
            outcome: PastOutcome::Cut,
            steps: Vec::new(),
        }
    }

    /// The outcome of a run whose last line does not have it, by its changes.
    fn seen(&self) -> RunOutcome {
        let made = |kinds: &[&str]| self.steps.iter().any(|it| kinds.contains(&it.kind.as_str()));
        let well = |it: &PastStep| matches!(it.outcome, Outcome::Done { .. });
        // For a rollback, restoring what ran before is success.
        let brought_back = made(&BRINGS_BACK) && !self.doing.starts_with("rollback");
        let last_is_well = self.steps.last().is_some_and(well);
        let unproven = self.doing.starts_with("deploy") && made(&["compose.up"]) && !made(&PROVES);
        if brought_back && last_is_well {
            RunOutcome::TakenBack
        } else if brought_back || unproven || !self.steps.iter().all(well) {
            RunOutcome::Failed
        } else {
            RunOutcome::Done
        }
    }

    /// The time that the run took, if its end is known.
    pub fn took(&self) -> Option<SignedDuration> {
        Some(self.until?.duration_since(self.at))
    }

    fn add(&mut self, entry: &Entry) {
        let is_it = |it: &&mut PastStep| it.outcome == Outcome::Open && it.what == entry.what;
        let open = self.steps.iter_mut().rev().find(is_it);
        let begun = open.as_ref().and_then(|it| it.begun);
        let outcome = match &entry.event {
            JournalEvent::Begun => Outcome::Open,
            JournalEvent::Done => {
                Outcome::Done { took: begun.map(|it| entry.at.duration_since(it)) }
            }
            JournalEvent::Failed(why) => Outcome::Failed { why: why.clone() },
        };
        match open {
            Some(step) if outcome != Outcome::Open => step.outcome = outcome,
            _ => {
                let begun = (outcome == Outcome::Open).then_some(entry.at);
                let (kind, what) = (entry.kind.clone(), entry.what.clone());
                self.steps.push(PastStep { kind, what, outcome, begun });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry from `doing second kind event`, and the rest as a run would show it.
    fn entry(row: &str) -> Entry {
        let words: Vec<_> = row.split(' ').collect();
        let [doing, second, kind, event] = words[..] else { panic!("{row}") };
        let start: Timestamp = "2026-02-03T12:00:00Z".parse().expect("a time");
        Entry {
            at: start + SignedDuration::from_secs(second.parse().expect("a number")),
            who: "olof".to_owned(),
            from: "laptop".to_owned(),
            doing: doing.to_owned(),
            kind: kind.split('=').next().unwrap_or_default().to_owned(),
            what: match kind.split_once('=') {
                Some((_, ended)) => format!("let go ({})", ended.replace('_', " ")),
                None => format!("make {kind}"),
            },
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
            Outcome::Done { took } => format!("{} {:?}", it.what, took.map(|it| it.as_secs())),
            Outcome::Failed { why } => format!("{} {why}", it.what),
            Outcome::Open => format!("{} open", it.what),
        };
        let run = |it: &PastRun| {
            let steps: Vec<_> = it.steps.iter().map(step).collect();
            format!("{} {}: {}", it.doing, it.outcome, steps.join(", "))
        };
        PastRun::fold(&entries, None).iter().map(run).collect()
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
                "exec cut: make x None",
                "deploy cut: make build Some(3), make up open",
                "exec failed: make run broken",
                "deploy done: make up Some(2)",
            ]
        );
        assert!(shown(&[]).is_empty());
    }

    #[test]
    fn a_run_has_one_outcome_also_where_its_last_line_does_not_say_it() {
        let rows: [(&str, &[&str], RunOutcome); 10] = [
            ("deploy", &["compose.up done", "release.keep done"], RunOutcome::Done),
            ("deploy", &["compose.build broken"], RunOutcome::Failed),
            ("deploy", &["compose.up done"], RunOutcome::Failed),
            (
                "deploy",
                &["compose.up done", "release.restore done", "compose.up done"],
                RunOutcome::TakenBack,
            ),
            (
                "deploy",
                &["compose.up broken", "release.restore done", "compose.up broken"],
                RunOutcome::Failed,
            ),
            ("rollback", &["release.restore done", "compose.up done"], RunOutcome::Done),
            ("restart", &["compose.up done"], RunOutcome::Done),
            ("restart", &["compose.up begun"], RunOutcome::Failed),
            ("restart", &["compose.up done", "lock.release=failed done"], RunOutcome::Failed),
            (
                "restart",
                &["compose.up done", "lock.release=taken_back done"],
                RunOutcome::TakenBack,
            ),
        ];
        for (doing, steps, outcome) in rows {
            let mut lines = vec![format!("{doing} 0 lock.acquire done")];
            lines.extend(steps.iter().map(|it| format!("{doing} 1 {it}")));
            lines.push(format!("{doing} 9 lock.release done"));
            let entries: Vec<_> = lines.iter().map(|it| entry(it)).collect();
            let runs = PastRun::fold(&entries, None);
            assert_eq!(runs[0].outcome, PastOutcome::Ended(outcome), "{lines:?}");
        }
    }

    #[test]
    fn a_run_without_an_end_is_at_work_where_it_holds_the_lock_and_was_cut_where_not() {
        let entries = ["deploy 0 lock.acquire done", "deploy 1 compose.up begun"].map(entry);
        let by = |doing: &str| Holder {
            who: "olof".to_owned(),
            from: "laptop".to_owned(),
            since: entries[0].at,
            doing: doing.to_owned(),
        };
        let outcome = |by: Option<&Holder>| PastRun::fold(&entries, by)[0].outcome;
        assert_eq!(outcome(Some(&by("deploy"))), PastOutcome::Running);
        assert_eq!(outcome(Some(&by("restart"))), PastOutcome::Cut);
        assert_eq!(outcome(None), PastOutcome::Cut);
    }

    #[test]
    fn what_a_run_s_end_says_is_read_back() {
        for outcome in RunOutcome::ALL {
            let (host, project) = ("hemma".parse(), "huleedu".parse());
            let (host, project) = (host.expect("an alias"), project.expect("a name"));
            let line = Release { host, project, outcome: Some(outcome) }.describe();
            assert_eq!(outcome_in(&line), Some(outcome), "{line}");
        }
        assert_eq!(outcome_in("release the lock of huleedu on hemma"), None);
        let json = serde_json::to_string(&PastOutcome::Ended(RunOutcome::TakenBack));
        assert_eq!(json.expect("a word"), "\"taken-back\"");
    }
}
