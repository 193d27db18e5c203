//! Durations for people.

use std::time::Duration;

/// The duration as `12 s`, `2 min 5 s`, `1 h 3 min`; `None` for less than a second.
pub(crate) fn took(duration: Duration) -> Option<String> {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => None,
        (0, 0, seconds) => Some(format!("{seconds} s")),
        (0, minutes, 0) => Some(format!("{minutes} min")),
        (0, minutes, seconds) => Some(format!("{minutes} min {seconds} s")),
        (hours, 0, _) => Some(format!("{hours} h")),
        (hours, minutes, _) => Some(format!("{hours} h {minutes} min")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_two_units_at_most() {
        let rows = [
            (0, None),
            (12, Some("12 s")),
            (60, Some("1 min")),
            (125, Some("2 min 5 s")),
            (3_600, Some("1 h")),
            (3_799, Some("1 h 3 min")),
        ];
        for (seconds, words) in rows {
            assert_eq!(took(Duration::from_secs(seconds)).as_deref(), words);
        }
    }
}
