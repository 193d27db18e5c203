//! The signals that this process gets while a program of the operator's runs.

use std::future::poll_fn;
use std::task::Poll;

use rustix::process::Signal;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// From its making on, the signals that it waits for do nothing to this process by themselves.
pub(super) struct Signals(Vec<(Signal, Stream)>);

impl Signals {
    pub(super) fn waited_for(kinds: &[Signal]) -> std::io::Result<Self> {
        let stream = |kind: &Signal| Ok((*kind, signal(SignalKind::from_raw(kind.as_raw()))?));
        kinds.iter().map(stream).collect::<std::io::Result<_>>().map(Self)
    }

    /// The next one. Of several that have come, the one that was named first.
    pub(super) async fn next(&mut self) -> Signal {
        poll_fn(|context| {
            let mut each = self.0.iter_mut();
            let came =
                each.find_map(|(kind, it)| it.poll_recv(context).is_ready().then_some(*kind));
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}
