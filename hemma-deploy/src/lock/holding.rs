//! The lock while this run holds it: a heartbeat, and the journal's lines to the host.

use std::time::Duration;

use hemma_core::text::plain;
use hemma_core::{
    Cancel, Change, Duplex, Journal, JournalEntry, JournalEvent, Live, Loss, Progress,
};
use tokio::io::{AsyncWriteExt, BufReader, Lines, ReadHalf, WriteHalf};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use super::error::LockError;
use super::history::Entry;
use super::holder::Holder;
use super::outcome::RunOutcome;
use super::release::Release;

/// The time between two heartbeats. The host releases the lock after four missing ones.
const BEAT_EVERY: Duration = Duration::from_secs(5);

/// Why the host no longer takes the journal's lines.
const ENDED: &str = "the process that held the lock there has ended";

/// Why it is not known whether the host has the last lines.
const CUT: &str = "the connection ended before the host had said that it has all of them";

/// The time that the host may take to release the lock.
const END_PATIENCE: Duration = Duration::from_secs(3);

/// The lock of this run, among the run's extensions. When it is dropped, the channel closes and the
/// host releases the lock.
pub(super) struct Holding {
    lines: mpsc::UnboundedSender<Line>,
    pulse: Mutex<Option<JoinHandle<()>>>,
    ended: watch::Receiver<bool>,
    loss: Loss,
}

enum Line {
    Journal(String),
    /// No change of this run is unproven.
    Proven,
    End,
}

impl Holding {
    /// Sends the journal's lines. Each is sent on the same connection as the change that follows
    /// it, before it; so every change that reached the host was announced there.
    pub(super) fn keep(
        from_host: Lines<BufReader<ReadHalf<Duplex>>>,
        to_host: WriteHalf<Duplex>,
        journal: &Journal,
        holder: &Holder,
    ) -> Self {
        let (lines, inbox) = mpsc::unbounded_channel();
        let (outbox, holder) = (lines.downgrade(), holder.clone());
        journal.add(move |entry| {
            let entry = Entry::new(&holder, entry);
            if let (Some(lines), Ok(line)) = (outbox.upgrade(), serde_json::to_string(&entry)) {
                // The line is lost only once the lock is.
                let _ = lines.send(Line::Journal(line));
            }
        });
        let (end, ended) = watch::channel(false);
        let pulse = tokio::spawn(beat((from_host, to_host), inbox, journal.loss(), end));
        Self { lines, pulse: Mutex::new(Some(pulse)), ended, loss: journal.loss() }
    }

    /// Waits until the process on the host has ended, although this run still wants the lock.
    pub(super) async fn has_ended(&self) {
        if self.ended.clone().wait_for(|it| *it).await.is_err() {
            // This run released the lock itself.
            std::future::pending::<()>().await;
        }
    }

    /// Releases the lock, and waits until the host has done so. `proven` says that no change of
    /// this run is left without having passed a gate.
    pub(super) async fn end(&self, proven: bool) {
        if proven {
            let _ = self.lines.send(Line::Proven);
        }
        let _ = self.lines.send(Line::End);
        if let Some(pulse) = self.pulse.lock().await.take()
            && tokio::time::timeout(END_PATIENCE, pulse).await.is_err()
        {
            self.loss.note(CUT);
        }
    }

    /// Releases the lock of an interrupted run: the journal's lines that are on their way arrive,
    /// and the last one says how the run ended.
    pub(super) async fn interrupted(
        &self,
        journal: &Journal,
        release: Release,
        now: jiff::Timestamp,
    ) {
        if self.pulse.lock().await.is_none() {
            return;
        }
        let release = Release { outcome: Some(RunOutcome::Interrupted), ..release };
        let (kind, what) = (Release::KIND.to_owned(), release.describe());
        journal.tell(&JournalEntry { at: now, kind, what, event: JournalEvent::Begun });
        self.end(false).await;
    }
}

impl Change for Release {
    const KIND: &'static str = "lock.release";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = LockError;

    fn describe(&self) -> String {
        let outcome = self.outcome.map(|it| format!(" ({it})")).unwrap_or_default();
        format!("release the lock of {} on {}{outcome}", self.project, self.host)
    }

    async fn apply(&self, live: &Live, _progress: &Progress) -> Result<(), LockError> {
        live.set_guard(None);
        if let Some(holding) = live.extensions().take::<Holding>() {
            let nothing_is_open = self.outcome.is_some_and(RunOutcome::leaves_nothing_open);
            holding.end(nothing_is_open).await;
        }
        Ok(())
    }
}

async fn beat(
    (mut from_host, mut to_host): (Lines<BufReader<ReadHalf<Duplex>>>, WriteHalf<Duplex>),
    mut inbox: mpsc::UnboundedReceiver<Line>,
    loss: Loss,
    end: watch::Sender<bool>,
) {
    let mut pulse = tokio::time::interval(BEAT_EVERY);
    let mut speaks = true;
    loop {
        let line = tokio::select! {
            said = from_host.next_line(), if speaks => {
                if let Ok(Some(said)) = said {
                    heard(&said, &loss);
                } else {
                    speaks = false;
                    end.send_replace(true);
                }
                continue;
            }
            _ = pulse.tick() => "beat".to_owned(),
            line = inbox.recv() => match line {
                Some(Line::Journal(line)) => {
                    if !speaks {
                        loss.note(ENDED);
                    }
                    line
                }
                Some(Line::Proven) => "proven".to_owned(),
                Some(Line::End) | None => break,
            },
        };
        if to_host.write_all(format!("{line}\n").as_bytes()).await.is_err() {
            // Each further line is lost as well.
            while let Some(Line::Journal(_) | Line::Proven) = inbox.recv().await {
                loss.note(ENDED);
            }
            return;
        }
    }
    let _ = to_host.shutdown().await;
    // The host's end of the channel closes when the holder has ended.
    let mut arrived = false;
    while let Ok(Some(said)) = from_host.next_line().await {
        arrived |= said == "ended";
        heard(&said, &loss);
    }
    if !arrived {
        loss.note(CUT);
    }
}

/// Reads the only message that the host sends: that its journal could not be written.
fn heard(said: &str, loss: &Loss) {
    if let Some(why) = said.strip_prefix("lost ") {
        loss.note(&plain(why, 300));
    }
}
