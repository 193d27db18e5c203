//! Ctrl-C, SIGTERM and a closed terminal: the run ends at the next point where ending does no harm.

use std::pin::Pin;
use std::time::Duration;

use hemma_core::World;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::render::Terminal;

/// The time after which a slow stop is explained.
const UNEXPLAINED: Duration = Duration::from_millis(200);

/// The operator's requests to end the run, one by one.
pub(crate) struct Interrupts {
    wishes: mpsc::Receiver<Wish>,
    /// The terminal was closed.
    hung_up: bool,
    /// The operator, or the system, asked to end the run.
    asked: bool,
}

/// The reason for ending a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Ctrl-C or SIGTERM.
    Asked,
    /// SIGHUP: the terminal was closed.
    HungUp,
}

impl Interrupts {
    /// The signals of this process, which no longer end it. Signals that were ignored at its start,
    /// as by `nohup`, stay ignored.
    pub(crate) fn of_process() -> std::io::Result<Self> {
        let (sender, wishes) = mpsc::channel(8);
        let kinds = [
            (SignalKind::interrupt(), Wish::Asked),
            (SignalKind::terminate(), Wish::Asked),
            (SignalKind::hangup(), Wish::HungUp),
        ];
        let ignored = ignored();
        for (kind, wish) in kinds.into_iter().filter(|it| !is_in(ignored, it.0)) {
            let (mut signals, sender) = (signal(kind)?, sender.clone());
            tokio::spawn(async move {
                // There is no receiver any more once the run is over.
                while signals.recv().await.is_some() && sender.send(wish).await.is_ok() {}
            });
        }
        Ok(Self::of(wishes))
    }

    /// No requests.
    pub(crate) fn never() -> Self {
        Self::of(mpsc::channel(1).1)
    }

    fn of(wishes: mpsc::Receiver<Wish>) -> Self {
        Self { wishes, hung_up: false, asked: false }
    }

    /// Waits for the next separate request. A closed terminal causes several signals, from the
    /// kernel, the shell and the system: together they are one request.
    pub(crate) async fn next(&mut self) {
        loop {
            let Some(wish) = self.wishes.recv().await else {
                return std::future::pending().await;
            };
            let is_first = !self.hung_up && !self.asked;
            let again = self.asked && wish == Wish::Asked;
            match wish {
                Wish::Asked => self.asked = true,
                Wish::HungUp => self.hung_up = true,
            }
            if is_first || again {
                return;
            }
        }
    }
}

/// The signals that were ignored at the start of this process, a bit for each; none where the
/// system does not say.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("SigIgn:"));
    line.and_then(|it| u64::from_str_radix(it.trim(), 16).ok()).unwrap_or(0)
}

fn is_in(set: u64, kind: SignalKind) -> bool {
    set >> (kind.as_raw_value() - 1) & 1 == 1
}

/// Runs to the end, or to the next safe point after an interruption: then there is no answer.
///
/// The first interruption lets a change that must not be cut finish and starts no other; the second
/// cuts at once.
pub(crate) async fn race<T>(
    world: &World,
    terminal: &Terminal,
    mut interrupts: Interrupts,
    mut run: Pin<Box<impl Future<Output = T>>>,
) -> Option<T> {
    tokio::select! {
        answer = &mut run => return Some(answer),
        () = interrupts.next() => {}
    }
    let mut stopping = std::pin::pin!(async {
        tokio::select! {
            biased;
            () = world.stop() => None,
            answer = &mut run => Some(answer),
        }
    });
    if let Ok(ended) = tokio::time::timeout(UNEXPLAINED, &mut stopping).await {
        return ended;
    }
    terminal.note("interrupted: finishing a step that cannot be cancelled safely");
    terminal.note("(interrupt again to stop it at once)");
    tokio::select! {
        ended = stopping => ended,
        () = interrupts.next() => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::Flags;

    #[tokio::test]
    async fn an_interruption_ends_a_run_that_only_looks_at_once() {
        let world = World::local();
        let (terminal, _, err) = Terminal::kept(&Flags::default());
        let (sender, receiver) = mpsc::channel(1);
        sender.send(Wish::HungUp).await.expect("it is listened to");
        let run = Box::pin(std::future::pending::<()>());
        assert!(race(&world, &terminal, Interrupts::of(receiver), run).await.is_none());
        assert_eq!(err.text(), "", "there was nothing to explain");
    }

    #[tokio::test]
    async fn a_run_that_ends_by_itself_gives_its_answer() {
        let world = World::local();
        let (terminal, ..) = Terminal::kept(&Flags::default());
        let answer = race(&world, &terminal, Interrupts::never(), Box::pin(async { 7 })).await;
        assert_eq!(answer, Some(7));
    }

    #[tokio::test]
    async fn the_signals_of_a_terminal_that_is_closed_are_one_wish() {
        use Wish::{Asked, HungUp};
        let rows: [(&[Wish], usize); 6] = [
            (&[Asked], 1),
            (&[Asked, Asked], 2),
            (&[HungUp, HungUp], 1),
            (&[Asked, HungUp], 1),
            (&[HungUp, Asked], 1),
            (&[HungUp, Asked, Asked], 2),
        ];
        for (signals, wishes) in rows {
            let (sender, receiver) = mpsc::channel(8);
            for signal in signals {
                sender.send(*signal).await.expect("it is listened to");
            }
            let mut interrupts = Interrupts::of(receiver);
            let mut heard = 0;
            let pause = Duration::from_millis(20);
            while tokio::time::timeout(pause, interrupts.next()).await.is_ok() {
                heard += 1;
            }
            assert_eq!(heard, wishes, "{signals:?}");
        }
    }
}
