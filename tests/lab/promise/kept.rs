//! The promises, each as a check of the facts before and after a run.

use std::collections::BTreeSet;

use rustix::process::Signal;

use super::facts::{Facts, Live};
use super::scenario::{READS_ENV, Scenario, Strike, Trouble, Verb};
use super::story::Story;
use crate::hemma::Ran;

/// The words that say so.
pub(super) const UNPROVEN: [&str; 2] = ["unproven", "has not passed its gate"];

/// A run that has ended.
pub(super) struct Seen<'s> {
    pub(super) scenario: &'s Scenario,
    /// The time when the strike was over, if the run had not ended before it.
    pub(super) struck: Option<jiff::Timestamp>,
    pub(super) ran: &'s Ran,
    pub(super) before: &'s Facts,
    pub(super) after: &'s Facts,
    pub(super) story: &'s Story,
    /// The plan that was shown before, if it decides what the run is about.
    pub(super) shown: &'s str,
}

impl Seen<'_> {
    /// The broken promises, apart from those that need another look.
    pub(super) fn wrong(&self, proven: &BTreeSet<Live>) -> Vec<String> {
        let mut wrong: Vec<String> = self.exit().into_iter().collect();
        wrong.extend(self.moved(self.before, self.after));
        wrong.extend(lost(self.before, self.after));
        wrong.extend(self.litter());
        wrong.extend(self.story.differs(self.may_lose_lines() && self.owns_up()));
        wrong.extend(self.goes_on());
        if self.passed() {
            wrong.extend(self.after.untrue().into_iter().map(|it| format!("exit 0, and {it}")));
        }
        if self.was_taken_back() && !proven.contains(&self.after.live()) {
            wrong
                .push("it was said to be wrong, and what ran before does not run again".to_owned());
        }
        wrong
    }

    /// Whether the run's own words are that all is well.
    pub(super) fn passed(&self) -> bool {
        self.ran.exit == Some(0)
    }

    /// Whether the run ended by itself and found something wrong.
    pub(super) fn was_taken_back(&self) -> bool {
        self.ran.exit == Some(1)
            && self.struck.is_none()
            && self.scenario.verb != Verb::EnvSet
            && !matches!(self.scenario.trouble, Some(Trouble::FullDisk { .. }))
    }

    fn says(&self, word: &str) -> bool {
        self.ran.stdout.contains(word) || self.ran.stderr.contains(word)
    }

    fn strike(&self) -> Option<Strike> {
        self.scenario.strike.filter(|_| self.struck.is_some()).map(|it| it.0)
    }

    fn exit(&self) -> Option<String> {
        let exit = self.ran.exit;
        let fits = match (self.strike(), self.scenario.trouble) {
            (Some(Strike::Signal(Signal::KILL)), _) => exit.is_none(),
            // A closed terminal may end it silently.
            (Some(Strike::Signal(Signal::HUP)), _) => exit != Some(101),
            (Some(_), _) => exit.is_some_and(|it| it != 101),
            (None, None) => exit == Some(0),
            (None, Some(Trouble::FailingBuild | Trouble::FailingGate { .. })) => {
                // A build from the builder's cache needs no base image.
                exit == Some(1) || !self.scenario.brings_a_commit() && exit == Some(0)
            }
            (None, Some(Trouble::BadEnv { .. })) => {
                let all: &[i32] = match self.scenario.verb {
                    Verb::Deploy | Verb::Restart | Verb::Rebuild => &[1],
                    _ => &[0, 1],
                };
                exit.is_some_and(|it| all.contains(&it))
            }
            (None, Some(Trouble::FullDisk { .. })) => {
                exit.is_some_and(|it| [0, 1, 3].contains(&it))
            }
        };
        (!fits).then(|| format!("it ends with {exit:?}"))
    }

    /// The services whose containers the run may replace.
    fn named(&self) -> BTreeSet<String> {
        let scenario = self.scenario;
        let mut named = BTreeSet::new();
        match scenario.verb {
            Verb::Deploy | Verb::Stage | Verb::Restart | Verb::Rebuild => {
                named.insert(scenario.service.to_owned());
            }
            // Only hemma knows which release that is.
            Verb::Rollback => {
                let ours = self.before.containers.values().filter(|it| it.is_ours());
                let shown = ours.filter(|it| self.shown.contains(&it.service));
                named.extend(shown.map(|it| it.service.clone()));
            }
            Verb::EnvSet => {}
        }
        if scenario.has_bad_env() && !matches!(scenario.verb, Verb::Restart | Verb::EnvSet) {
            named.insert(READS_ENV.to_owned());
        }
        if let Some(Strike::LockReleased { restarts: true }) = self.strike() {
            named.insert("language_tool_service".to_owned());
        }
        named
    }

    /// The containers that changed, although nothing named them.
    pub(super) fn moved(&self, before: &Facts, now: &Facts) -> Vec<String> {
        let lives_again = self.strike() == Some(Strike::EngineRestart);
        let mut named = self.named();
        if std::ptr::eq(now, self.after) {
            if self.scenario.trouble == Some(Trouble::FailingBuild) && !self.passed() {
                named.retain(|it| it == "language_tool_service");
            }
        } else if self.after.bad_env_is_live() || self.scenario.has_bad_env() {
            // The deploy afterwards gives it its good value.
            named.insert(READS_ENV.to_owned());
        }
        let mut moved = Vec::new();
        for (name, was) in &before.containers {
            if was.is_of_a_build() || was.is_ours() && named.contains(&was.service) {
                continue;
            }
            match now.containers.get(name) {
                Some(is) if was.is_untouched_by(is, lives_again) => {}
                Some(_) => moved.push(format!("{name} is another container, or was started again")),
                None => moved.push(format!("{name} is gone")),
            }
        }
        let new = now.containers.iter().filter(|it| !before.containers.contains_key(it.0));
        let new = new.filter(|(_, it)| !it.is_of_a_build() && !named.contains(&it.service));
        moved.extend(new.map(|it| format!("{} is new", it.0)));
        moved
    }

    fn litter(&self) -> Vec<String> {
        let new = self.after.litter.difference(&self.before.litter);
        new.map(|it| format!("left on the host: {it}")).collect()
    }

    /// Whether lines may be lost: those of its last moments cannot reach the host any more.
    fn may_lose_lines(&self) -> bool {
        let strike = self.strike();
        matches!(strike, Some(Strike::Cut | Strike::LockReleased { .. })) || self.is_killed()
    }

    /// Whether the run reported lost lines, unless it was killed.
    fn owns_up(&self) -> bool {
        self.says("journal") || self.is_killed()
    }

    fn is_killed(&self) -> bool {
        self.strike() == Some(Strike::Signal(Signal::KILL))
    }

    /// The changes of a run after it lost its lock, which are a broken promise.
    fn goes_on(&self) -> Vec<String> {
        let (Some(Strike::LockReleased { .. }), Some(when)) = (self.strike(), self.struck) else {
            return Vec::new();
        };
        let changed = self.story.changed_after(when).into_iter();
        changed.map(|it| format!("its hold had ended, and it went on to {it}")).collect()
    }
}

/// Losses that no run may cause.
pub(super) fn lost(before: &Facts, now: &Facts) -> Vec<String> {
    let gone = before.treasure.difference(&now.treasure);
    gone.map(|it| format!("lost: {it}")).collect()
}
