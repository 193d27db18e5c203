//! The deadline of a request.

use std::time::Duration;

use tokio::time::Instant;

use super::Problem;

/// The end of all attempts together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    end: Instant,
    total: Duration,
}

impl Until {
    pub(crate) fn within(total: Duration) -> Self {
        // Thirty years are practically for ever, and cause no overflow.
        let total = total.min(Duration::from_secs(1_000_000_000));
        Self { end: Instant::now() + total, total }
    }

    /// The time of the end.
    pub(crate) fn end(self) -> std::time::Instant {
        self.end.into_std()
    }

    /// Whether there is time left after a pause.
    pub(crate) fn allows(self, rest: Duration) -> bool {
        Instant::now().checked_add(rest).is_some_and(|it| it < self.end)
    }

    /// Waits for one step of an answer.
    pub(super) async fn patient<T>(
        self,
        silence: Duration,
        step: impl Future<Output = T>,
    ) -> Result<T, Problem> {
        let left = self.end.saturating_duration_since(Instant::now());
        let late = if left <= silence {
            Problem::OutOfTime { seconds: self.total.as_secs() }
        } else {
            Problem::Silent { seconds: silence.as_secs() }
        };
        tokio::time::timeout(silence.min(left), step).await.map_err(|_| late)
    }
}
