//! Waiting with a limit. The limit is a number of looks, not of seconds, so that a replay needs no
//! clock.

use std::time::Duration;

use crate::World;

/// How often to look, and how long to pause in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPolicy {
    /// The maximum number of looks.
    pub looks: u32,
    /// The pause between two looks.
    pub pause: Duration,
}

impl PollPolicy {
    /// Looks every `pause` for about `total`, at least once.
    pub fn lasting(total: Duration, pause: Duration) -> Self {
        let looks = total.as_millis() / pause.as_millis().max(1) + 1;
        Self { looks: u32::try_from(looks).unwrap_or(u32::MAX), pause }
    }

    /// Looks until `look` returns something final. `None` if the number of looks is used up.
    pub async fn wait<T>(
        self,
        world: &World,
        mut look: impl AsyncFnMut(u32) -> Option<T>,
    ) -> Option<T> {
        for count in 0..self.looks {
            if count > 0 {
                world.pause(self.pause).await;
            }
            if let Some(found) = look(count).await {
                return Some(found);
            }
        }
        None
    }
}
