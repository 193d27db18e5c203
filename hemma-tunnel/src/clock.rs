//! The time, and whether this machine has slept. Tests can provide a clock that sleeps.

use std::fmt;
use std::time::{Duration, Instant};

/// The two clocks of a machine.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day. It goes on during sleep.
    fn now(&self) -> jiff::Timestamp;

    /// The time that the machine was awake, since any moment.
    fn awake(&self) -> Duration;
}

/// The clocks of this machine.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn awake(&self) -> Duration {
        // `Instant` stops during sleep, on Linux as on macOS.
        self.0.elapsed()
    }
}

/// The shortest sleep that counts. A shorter one harms no connection, and clocks are corrected by
/// less.
const SLEEP_MIN: Duration = Duration::from_secs(3);

/// Compares the two clocks at each look.
#[derive(Debug)]
pub(crate) struct Sleeps {
    now: jiff::Timestamp,
    awake: Duration,
}

impl Sleeps {
    pub(crate) fn new(clock: &dyn Clock) -> Self {
        Self { now: clock.now(), awake: clock.awake() }
    }

    /// The duration of the sleep since the last look, if the machine has slept.
    ///
    /// A corrected clock looks the same. That only costs one early check of the link.
    pub(crate) fn since_last_look(&mut self, clock: &dyn Clock) -> Option<Duration> {
        let before = std::mem::replace(self, Self::new(clock));
        let passed = Duration::try_from(self.now.duration_since(before.now)).unwrap_or_default();
        let slept = passed.saturating_sub(self.awake.saturating_sub(before.awake));
        (slept >= SLEEP_MIN).then_some(slept)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug, Default)]
    struct ByHand(Mutex<(i64, u64)>);

    impl Clock for ByHand {
        fn now(&self) -> jiff::Timestamp {
            let seconds = self.0.lock().expect("no panic holds it").0;
            jiff::Timestamp::from_second(1_700_000_000 + seconds).expect("in range")
        }

        fn awake(&self) -> Duration {
            Duration::from_secs(self.0.lock().expect("no panic holds it").1)
        }
    }

    #[test]
    fn sleep_is_what_only_one_clock_has_seen() {
        let clock = ByHand::default();
        let mut sleeps = Sleeps::new(&clock);
        let rows = [
            ((1, 1), None),
            ((3602, 2), Some(3600)),
            ((3603, 3), None),
            // The clock set back by an hour, and a pause in which the process was only stopped.
            ((4, 4), None),
            ((64, 64), None),
        ];
        for (at, slept) in rows {
            *clock.0.lock().expect("no panic holds it") = at;
            assert_eq!(sleeps.since_last_look(&clock).map(|it| it.as_secs()), slept, "{at:?}");
        }
    }
}
