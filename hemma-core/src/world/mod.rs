//! The one place where questions and changes meet the outside.

mod memo;
#[cfg(feature = "cassette")]
mod playback;
#[cfg(feature = "cassette")]
mod recorded;
#[cfg(feature = "cassette")]
mod tape;
mod trace;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::watch;

pub use trace::Step;

use crate::{
    Applied, Approval, Cancel, Change, Consent, ExecError, JournalEntry, JournalEvent, Live,
    Progress, Question, Remark, SshOptions, causes, without_credentials,
};
use memo::Memo;
#[cfg(feature = "cassette")]
use playback::Playback;
#[cfg(feature = "cassette")]
use tape::Tape;
use trace::Trace;

/// Answers questions and makes changes: live, live with a recording, from a recording, or live
/// without any change.
///
/// No other part of a program knows which of these it is.
///
/// A world is made for one run of a command. It remembers each answer until something changes, and
/// the list of questions and changes until it is dropped; a long-lived program makes a new one for
/// each round.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use hemma_core::{Command, Exec, World};
///
/// let world = World::local();
/// let seen = world.ask(&Exec::here(Command::new("echo").arg("hello"))).await?;
/// assert_eq!(seen.stdout, "hello\n");
/// # Ok::<(), hemma_core::ExecError>(()) }).unwrap();
/// ```
pub struct World {
    mode: Mode,
    memo: Memo,
    trace: Trace,
    started: Instant,
    began: jiff::Timestamp,
    consentable: bool,
    stopping: AtomicBool,
    uncuttable: watch::Sender<usize>,
}

enum Mode {
    Live(Live),
    #[cfg(feature = "cassette")]
    Recording(Live, Tape),
    #[cfg(feature = "cassette")]
    Replay(Playback),
}

impl Mode {
    /// The access to processes and hosts; `None` in a replay.
    #[cfg_attr(
        not(feature = "cassette"),
        expect(clippy::unnecessary_wraps, reason = "without recordings there is no replay")
    )]
    fn means(&self) -> Option<&Live> {
        match self {
            Self::Live(live) => Some(live),
            #[cfg(feature = "cassette")]
            Self::Recording(live, _) => Some(live),
            #[cfg(feature = "cassette")]
            Self::Replay(_) => None,
        }
    }
}

impl World {
    /// A world that looks and changes for real.
    pub fn live(live: Live) -> Self {
        Self::new(Mode::Live(live), jiff::Timestamp::now())
    }

    /// A world that looks and changes for real, from this machine. ssh uses the operator's own
    /// configuration for questions about a host.
    pub fn local() -> Self {
        Self::live(Live::new(SshOptions::default()))
    }

    /// Turns this world into one that gives no [`Approval`]: nothing can change.
    #[must_use]
    pub fn planning(mut self) -> Self {
        self.consentable = false;
        self
    }

    fn new(mode: Mode, began: jiff::Timestamp) -> Self {
        Self {
            mode,
            memo: Memo::default(),
            trace: Trace::default(),
            started: Instant::now(),
            began,
            consentable: true,
            stopping: AtomicBool::new(false),
            uncuttable: watch::Sender::new(0),
        }
    }

    /// Turns the operator's consent into the approval that changes need.
    pub fn approve(&self, consent: Consent) -> Option<Approval> {
        (self.consentable && consent == Consent::Given).then(Approval::granted)
    }

    /// Asks a question, once per run: asking again returns the same answer until something changes.
    pub async fn ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, Q::Error> {
        let key = format!("{} {}", Q::KIND, canonical(question));
        let cell = self.memo.cell::<Result<Q::Answer, Q::Error>>(&key);
        cell.get_or_init(|| self.look(question)).await.clone()
    }

    /// Asks a question again even if it was asked before, for waiting on a state.
    pub async fn ask_again<Q: Question>(&self, question: &Q) -> Result<Q::Answer, Q::Error> {
        self.look(question).await
    }

    async fn look<Q: Question>(&self, question: &Q) -> Result<Q::Answer, Q::Error> {
        let started = Instant::now();
        let (answer, took) = match &self.mode {
            Mode::Live(live) => (question.ask(live).await, started.elapsed()),
            #[cfg(feature = "cassette")]
            Mode::Recording(live, tape) => {
                let answer = question.ask(live).await;
                let took = started.elapsed();
                tape.add(Q::KIND, question, &answer, Vec::new(), took, self.started.elapsed());
                (answer, took)
            }
            #[cfg(feature = "cassette")]
            Mode::Replay(playback) => playback.answer(Q::KIND, question, &Progress::silent()),
        };
        let what = shortened(&question.describe());
        let answered = answer.is_ok();
        let extent = Applied::None;
        self.trace.add(Step { kind: Q::KIND, what, took, change: false, answered, extent });
        answer
    }

    /// Applies a change. Every earlier answer is forgotten.
    pub async fn apply<C: Change>(
        &self,
        change: &C,
        _approval: &Approval,
        progress: &Progress,
    ) -> Result<C::Receipt, C::Error> {
        if self.stopping.load(Ordering::SeqCst) {
            // The interruption drops this future; until then it must not begin anything new.
            std::future::pending::<()>().await;
        }
        let _guard =
            (C::CANCEL == Cancel::AfterCompletion).then(|| Uncuttable::new(&self.uncuttable));
        let begun = Begun::new(&self.trace, C::KIND, without_credentials(&change.describe()));
        self.tell_journal::<C>(change, JournalEvent::Begun);
        let started = Instant::now();
        let (receipt, took) = match &self.mode {
            Mode::Live(live) => (change.apply(&live.changing(), progress).await, started.elapsed()),
            #[cfg(feature = "cassette")]
            Mode::Recording(live, tape) => {
                let (told, lines) = tape::overhear(progress);
                let receipt = change.apply(&live.changing(), &told).await;
                let took = started.elapsed();
                tape.add(C::KIND, change, &receipt, lines(), took, self.started.elapsed());
                (receipt, took)
            }
            #[cfg(feature = "cassette")]
            Mode::Replay(playback) => playback.answer(C::KIND, change, progress),
        };
        self.memo.forget();
        let extent = match &receipt {
            Err(error) if lock_was_lost(error) => Applied::None,
            receipt => C::extent(receipt.as_ref()),
        };
        begun.ended(took, receipt.is_ok(), extent);
        self.tell_journal::<C>(
            change,
            match &receipt {
                Ok(_) => JournalEvent::Done,
                Err(error) => JournalEvent::Failed(without_credentials(&causes(error))),
            },
        );
        receipt
    }

    /// Tells the journal of a change. A replay changes nothing, so it tells nothing.
    fn tell_journal<C: Change>(&self, change: &C, event: JournalEvent) {
        if let Some(live) = self.mode.means() {
            let (kind, what) = (C::KIND.to_owned(), without_credentials(&change.describe()));
            live.journal().tell(&JournalEntry { at: self.now(), kind, what, event });
        }
    }

    /// Calls `listener` for each change, before it is made and after.
    pub fn on_change(&self, listener: impl Fn(&JournalEntry) + Send + Sync + 'static) {
        if let Some(live) = self.mode.means() {
            live.journal().add(listener);
        }
    }

    /// Why a journal of this run lacks lines, if it does.
    pub fn journal_loss(&self) -> Option<String> {
        self.mode.means()?.journal().loss().why().map(str::to_owned)
    }

    /// Remarks about the hosts that were made while questions were answered, each once.
    pub fn remarks(&self) -> Vec<Remark> {
        self.mode.means().map(Live::remarks).unwrap_or_default()
    }

    /// Forgets every answer, for a fresh look at the same things.
    pub fn forget(&self) {
        self.memo.forget();
    }

    /// Pauses between two looks. A replay does not pause.
    pub async fn pause(&self, rest: Duration) {
        if self.mode.means().is_some() {
            tokio::time::sleep(rest).await;
        }
    }

    /// The duration of this run so far. In a replay, that of the recorded run.
    pub fn elapsed(&self) -> Duration {
        match &self.mode {
            #[cfg(feature = "cassette")]
            Mode::Recording(..) => self.started.elapsed(),
            Mode::Live(_) => self.started.elapsed(),
            #[cfg(feature = "cassette")]
            Mode::Replay(playback) => playback.elapsed(),
        }
    }

    /// The current time. No library reads another clock.
    pub fn now(&self) -> jiff::Timestamp {
        self.began + self.elapsed()
    }

    /// Begins nothing new, and returns as soon as the run can be dropped without harm.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The sender belongs to this world, so it exists.
        let _ = self.uncuttable.subscribe().wait_for(|it| *it == 0).await;
    }

    /// The questions and changes so far.
    pub fn steps(&self) -> Vec<Step> {
        self.trace.steps()
    }

    /// The number of ssh connections that this run has made.
    pub fn handshakes(&self) -> usize {
        self.mode.means().map_or(0, Live::handshakes)
    }

    /// Ends every connection of this run.
    pub async fn close(&self) {
        if let Some(live) = self.mode.means() {
            live.close_at(self.now()).await;
        }
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mode = match self.mode {
            Mode::Live(_) => "live",
            #[cfg(feature = "cassette")]
            Mode::Recording(..) => "recording",
            #[cfg(feature = "cassette")]
            Mode::Replay(_) => "replay",
        };
        f.debug_struct("World").field("mode", &mode).finish_non_exhaustive()
    }
}

/// A change in progress that must not be interrupted, as long as this value exists.
struct Uncuttable<'w>(&'w watch::Sender<usize>);

impl<'w> Uncuttable<'w> {
    fn new(count: &'w watch::Sender<usize>) -> Self {
        count.send_modify(|it| *it += 1);
        Self(count)
    }
}

impl Drop for Uncuttable<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|it| *it -= 1);
    }
}

/// A change that has begun. A change that is dropped before its end is added to the trace, too:
/// after an interruption the operator needs to know that half of it may be done.
struct Begun<'w> {
    trace: &'w Trace,
    step: Option<Step>,
    started: Instant,
}

impl<'w> Begun<'w> {
    fn new(trace: &'w Trace, kind: &'static str, what: String) -> Self {
        let (took, extent) = (Duration::ZERO, Applied::Partial);
        let step = Step { kind, what, took, change: true, answered: false, extent };
        Self { trace, step: Some(step), started: Instant::now() }
    }

    fn ended(mut self, took: Duration, answered: bool, extent: Applied) {
        if let Some(step) = self.step.take() {
            self.trace.add(Step { took, answered, extent, ..step });
        }
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if let Some(step) = self.step.take() {
            self.trace.add(Step { took: self.started.elapsed(), ..step });
        }
    }
}

/// Whether a change was not begun because this run has lost the lock.
fn lock_was_lost(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |it| it.source())
        .any(|it| matches!(it.downcast_ref(), Some(ExecError::LockLost { .. })))
}

/// A question as JSON with sorted keys: equal questions have equal texts.
fn canonical(question: &impl Serialize) -> String {
    crate::value::value_of(question).to_string()
}

fn shortened(line: &str) -> String {
    let mut line = without_credentials(line);
    if line.len() > 200 {
        let cut = (0..=200).rev().find(|it| line.is_char_boundary(*it)).unwrap_or(0);
        line.truncate(cut);
        line.push('…');
    }
    line
}
