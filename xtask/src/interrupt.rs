//! Ctrl-C and SIGTERM: the run ends at the next point where ending does no harm.

use std::pin::Pin;
use std::time::Duration;

use hemma_core::World;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::render::Terminal;

/// A stop that takes longer than this is explained.
const UNEXPLAINED: Duration = Duration::from_millis(200);

/// The operator's wish to end, once for each time it is uttered.
pub(crate) struct Interrupts(mpsc::Receiver<()>);

impl Interrupts {
    /// The signals of this process. From now on they do not end it.
    pub(crate) fn of_process() -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(8);
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            let (mut signals, sender) = (signal(kind)?, sender.clone());
            tokio::spawn(async move {
                // Nobody listens any more once the run is over.
                while signals.recv().await.is_some() && sender.send(()).await.is_ok() {}
            });
        }
        Ok(Self(receiver))
    }

    /// None will come.
    pub(crate) fn never() -> Self {
        Self(mpsc::channel(1).1)
    }

    pub(crate) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// Runs to the end, or to the next safe point after an interruption: then there is no answer.
///
/// The first interruption lets a change that must not be cut finish and begins no other; the
/// second cuts at once.
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
    terminal.note("interrupted: what is under way must not be cut and is let finish");
    terminal.note("(once more cuts it at once)");
    tokio::select! {
        ended = stopping => ended,
        () = interrupts.next() => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hemma_core::{Live, SshOptions};

    #[tokio::test]
    async fn an_interruption_ends_a_run_that_only_looks_at_once() {
        let world = World::live(Live::new(SshOptions::default()));
        let (terminal, _, err) = Terminal::kept(false);
        let (sender, receiver) = mpsc::channel(1);
        sender.send(()).await.expect("it is listened to");
        let run = Box::pin(std::future::pending::<()>());
        assert!(race(&world, &terminal, Interrupts(receiver), run).await.is_none());
        assert_eq!(err.text(), "", "there was nothing to explain");
    }

    #[tokio::test]
    async fn a_run_that_ends_by_itself_gives_its_answer() {
        let world = World::live(Live::new(SshOptions::default()));
        let (terminal, ..) = Terminal::kept(false);
        let answer = race(&world, &terminal, Interrupts::never(), Box::pin(async { 7 })).await;
        assert_eq!(answer, Some(7));
    }
}
