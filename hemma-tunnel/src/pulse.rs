//! When a sign of life of the host is due, late, or overdue.

use std::time::Duration;

use tokio::time::Instant;

/// How often the host is asked for a sign of life.
pub(crate) const PULSE: Duration = Duration::from_secs(1);

/// The delay after which a sign of life is reported as late.
const LATE: Duration = Duration::from_millis(1500);

/// The delay after which the link counts as dead, unless much was sent before.
const DEAD: Duration = Duration::from_secs(3);

/// The delay after sleep that means a dead link: the host has most likely dropped the connection,
/// and the user is waiting.
const DEAD_AFTER_SLEEP: Duration = Duration::from_millis(1200);

/// The slowest usable line. The request for a sign of life waits behind what was sent before it, so
/// slow lines get more time.
const SLOWEST_BYTES_PER_SECOND: u64 = 128 << 10;

/// The longest delay that is ever allowed.
const DEAD_FOR_SURE: Duration = Duration::from_secs(20);

/// A sign of life, or its delay.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Beat {
    /// A sign of life arrived, after this time.
    Alive(Duration),
    /// No sign of life has arrived for this long.
    Late(Duration),
}

/// The pending request for a sign of life, and its deadline. There is one at a time.
#[derive(Debug)]
pub(crate) struct Beats {
    asked: Option<Instant>,
    limit: Duration,
    told: bool,
    /// The number of bytes sent when the last answered request was made.
    sent_then: u64,
    sent_when_asked: u64,
}

impl Beats {
    pub(crate) fn new(sent: u64) -> Self {
        Self { asked: None, limit: DEAD, told: false, sent_then: sent, sent_when_asked: sent }
    }

    /// Whether to ask now.
    pub(crate) fn ask(&mut self, sent: u64) -> bool {
        if self.asked.is_some() {
            return false;
        }
        (self.asked, self.told, self.sent_when_asked) = (Some(Instant::now()), false, sent);
        true
    }

    pub(crate) fn answered(&mut self) -> Option<Duration> {
        let asked = self.asked.take()?;
        (self.limit, self.sent_then) = (DEAD, self.sent_when_asked);
        Some(asked.elapsed())
    }

    /// Drops the pending request: one from before the sleep says nothing about now.
    pub(crate) fn hurry(&mut self) {
        self.limit = DEAD_AFTER_SLEEP;
        if let Some(asked) = &mut self.asked {
            *asked = Instant::now();
        }
    }

    pub(crate) fn silence(&self) -> Duration {
        self.asked.map_or(Duration::ZERO, |it| it.elapsed())
    }

    pub(crate) fn told_late(&mut self) {
        self.told = true;
    }

    pub(crate) fn late_at(&self) -> Instant {
        match self.asked {
            Some(asked) if !self.told => asked + LATE,
            _ => far(),
        }
    }

    pub(crate) fn dead_at(&self, sent: u64) -> Instant {
        let ahead = sent.saturating_sub(self.sent_then);
        let queue = Duration::from_millis(ahead.saturating_mul(1000) / SLOWEST_BYTES_PER_SECOND);
        let limit = self.limit.saturating_add(queue).min(DEAD_FOR_SURE);
        self.asked.map_or_else(far, |asked| asked + limit)
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_with_what_is_on_its_way_and_shrinks_after_sleep() {
        let mut beats = Beats::new(0);
        assert!(beats.ask(0) && !beats.ask(0), "one question at a time");
        let asked = beats.asked.expect("it was asked");
        let rows = [(0, 3000), (128 << 10, 4000), (1 << 20, 11_000), (u64::MAX, 20_000)];
        for (sent, ms) in rows {
            assert_eq!(beats.dead_at(sent), asked + Duration::from_millis(ms), "{sent} sent");
        }
        std::thread::sleep(Duration::from_millis(1));
        beats.hurry();
        let anew = beats.asked.expect("it still is");
        assert!(anew > asked, "what was before the sleep does not count");
        assert_eq!(beats.dead_at(0), anew + Duration::from_millis(1200));
        assert!(beats.answered().is_some_and(|took| took <= anew.elapsed()));
        assert!(beats.ask(1 << 20), "the last one was answered");
        // All of it was sent before this request, and none of it is known to have arrived.
        let asked = beats.asked.expect("it was asked");
        assert_eq!(beats.dead_at(1 << 20), asked + Duration::from_secs(11));
    }
}
