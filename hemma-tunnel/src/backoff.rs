//! The wait before the next attempt, as a pure function of the outage and a random number.

use std::time::Duration;

/// The wait after the first failed attempt.
const FIRST: Duration = Duration::from_millis(250);

/// The age up to which an outage is young: the operator is probably waiting for its end.
const YOUNG: Duration = Duration::from_secs(120);
const CAP_YOUNG: Duration = Duration::from_millis(1500);

/// The longest wait in an older outage, so that a host in trouble does not get a queue of attempts.
/// A wake-up or a change of network ends the wait anyway.
const CAP_OLD: Duration = Duration::from_secs(10);

/// The wait after `failures` attempts in a row, `outage` after the link was lost. `jitter` is between
/// 0 and 1 and takes up to a quarter off, so that many machines do not retry in step.
pub(crate) fn wait(failures: u32, outage: Duration, jitter: f64) -> Duration {
    let cap = if outage < YOUNG { CAP_YOUNG } else { CAP_OLD };
    let Some(doublings) = failures.checked_sub(1) else {
        return Duration::ZERO;
    };
    let grown = FIRST.saturating_mul(2_u32.saturating_pow(doublings));
    grown.min(cap).mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_start_small_and_are_capped_low() {
        let rows = [
            (0, 0, 0.0, 0),
            (1, 0, 0.0, 250),
            (1, 0, 1.0, 187),
            (2, 1, 0.0, 500),
            (3, 2, 0.0, 1000),
            (4, 3, 0.0, 1500),
            (400, 119, 0.0, 1500),
            (400, 121, 0.0, 10_000),
            (u32::MAX, 86_400, 7.0, 7_500),
        ];
        for (failures, outage, jitter, expected) in rows {
            let waited = wait(failures, Duration::from_secs(outage), jitter).as_millis();
            assert_eq!(waited, expected, "{failures} failures, {outage} s, {jitter}");
        }
    }
}
