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
    Approval, Change, Consent, Cut, ExecError, Extent, JournalEntry, JournalEvent, Live, Progress,
    Question, Remark, SshOptions, causes, without_credentials,
};
use memo::Memo;
#[cfg(feature = "cassette")]
use playback::Playback;
#[cfg(feature = "cassette")]
use tape::Tape;
use trace::Trace;

/// Answers questions and makes changes: for real, for real with a recording, from a recording,
/// or for real without any change.
///
/// Nothing else in a program knows which of these it is.
///
/// A world is made for one run of a command. It remembers each answer until something changes, and what
/// was asked and done until it is dropped; a program that lives long makes a new one for each round.
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
    /// The means to look and to change; none in a replay.
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
    /// Looks and changes for real.
    pub fn live(live: Live) -> Self {
        Self::new(Mode::Live(live), jiff::Timestamp::now())
    }

    /// Looks and changes for real, from this machine. Where a question is about a host, ssh has the
    /// operator's own configuration.
    pub fn local() -> Self {
        Self::live(Live::new(SshOptions::default()))
    }

    /// The same world, in which no [`Approval`] can be had: nothing can change.
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

    /// Turns the operator's consent into the proof that changes ask for.
    pub fn approve(&self, consent: Consent) -> Option<Approval> {
        (self.consentable && consent == Consent::Given).then(Approval::granted)
    }

    /// Asks, once per run: the same question again gets the same answer until something changes.
    pub async fn ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, Q::Error> {
        let key = format!("{} {}", Q::KIND, canonical(question));
        let cell = self.memo.cell::<Result<Q::Answer, Q::Error>>(&key);
        cell.get_or_init(|| self.look(question)).await.clone()
    }

    /// Asks again even if it was asked before; for waiting on something.
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
        let extent = Extent::Nothing;
        self.trace.add(Step { kind: Q::KIND, what, took, change: false, answered, extent });
        answer
    }

    /// Changes the world. Every answer from before is forgotten.
    pub async fn apply<C: Change>(
        &self,
        change: &C,
        _approval: &Approval,
        progress: &Progress,
    ) -> Result<C::Receipt, C::Error> {
        if self.stopping.load(Ordering::SeqCst) {
            // Whoever interrupted the run drops it; it only must not begin anything new.
            std::future::pending::<()>().await;
        }
        let _guard = (C::CUT == Cut::AfterwardsOnly).then(|| Uncuttable::new(&self.uncuttable));
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
            Err(error) if lock_was_lost(error) => Extent::Nothing,
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

    /// A replay changes nothing, so there is nothing to tell.
    fn tell_journal<C: Change>(&self, change: &C, event: JournalEvent) {
        if let Some(live) = self.mode.means() {
            let (kind, what) = (C::KIND.to_owned(), without_credentials(&change.describe()));
            live.journal().tell(&JournalEntry { at: self.now(), kind, what, event });
        }
    }

    /// Tells `listener` of each change, before it is made and after.
    pub fn on_change(&self, listener: impl Fn(&JournalEntry) + Send + Sync + 'static) {
        if let Some(live) = self.mode.means() {
            live.journal().add(listener);
        }
    }

    /// Why a journal of this run lacks lines, if one does.
    pub fn journal_loss(&self) -> Option<String> {
        self.mode.means()?.journal().loss().why().map(str::to_owned)
    }

    /// What was noticed about the hosts on the way to their answers, each once.
    pub fn remarks(&self) -> Vec<Remark> {
        self.mode.means().map(Live::remarks).unwrap_or_default()
    }

    /// Forgets every answer, for a fresh look at the same things.
    pub fn forget(&self) {
        self.memo.forget();
    }

    /// Rests between two looks. A replay does not.
    pub async fn pause(&self, rest: Duration) {
        if self.mode.means().is_some() {
            tokio::time::sleep(rest).await;
        }
    }

    /// How long this run has taken. In a replay, what the recorded one had taken so far.
    pub fn elapsed(&self) -> Duration {
        match &self.mode {
            #[cfg(feature = "cassette")]
            Mode::Recording(..) => self.started.elapsed(),
            Mode::Live(_) => self.started.elapsed(),
            #[cfg(feature = "cassette")]
            Mode::Replay(playback) => playback.elapsed(),
        }
    }

    /// The time. No library reads another clock.
    pub fn now(&self) -> jiff::Timestamp {
        self.began + self.elapsed()
    }

    /// Begins nothing new, and returns as soon as dropping the run does no harm.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The sender is ours, so it cannot be gone.
        let _ = self.uncuttable.subscribe().wait_for(|it| *it == 0).await;
    }

    /// What was asked and done so far.
    pub fn steps(&self) -> Vec<Step> {
        self.trace.steps()
    }

    /// How many ssh connections this run has made.
    pub fn handshakes(&self) -> usize {
        self.mode.means().map_or(0, Live::handshakes)
    }

    /// Ends every connection; nothing of this run is left behind.
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

/// A change that must not be cut is under way as long as this lives.
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

/// A change that has begun. One that is dropped before its end is in the trace as well: whoever
/// interrupted the run wants to know that half of it may be done.
struct Begun<'w> {
    trace: &'w Trace,
    step: Option<Step>,
    started: Instant,
}

impl<'w> Begun<'w> {
    fn new(trace: &'w Trace, kind: &'static str, what: String) -> Self {
        let (took, extent) = (Duration::ZERO, Extent::Half);
        let step = Step { kind, what, took, change: true, answered: false, extent };
        Self { trace, step: Some(step), started: Instant::now() }
    }

    fn ended(mut self, took: Duration, answered: bool, extent: Extent) {
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

/// Whether a change was not even begun, since the lock is no longer this run's.
fn lock_was_lost(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |it| it.source())
        .any(|it| matches!(it.downcast_ref(), Some(ExecError::LockLost { .. })))
}

/// A question as JSON with sorted keys: equal questions give equal texts.
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
