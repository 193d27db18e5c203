//! The signals that this process gets while a program of the operator runs.

use std::future::poll_fn;
use std::task::Poll;

use rustix::process::Signal;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// The signals to wait for. While it exists, they have no other effect on this process.
pub(super) struct Signals(Vec<(Signal, Stream)>);

impl Signals {
    pub(super) fn waited_for(kinds: &[Signal]) -> std::io::Result<Self> {
        let stream = |kind: &Signal| Ok((*kind, signal(SignalKind::from_raw(kind.as_raw()))?));
        kinds.iter().map(stream).collect::<std::io::Result<_>>().map(Self)
    }

    /// The next signal. Of several that are pending, the one that was listed first.
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
