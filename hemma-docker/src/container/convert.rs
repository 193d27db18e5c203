//! Numbers and times as the engine gives them.

use jiff::Timestamp;

/// The moment of an event. The engine writes the year 1 where the event has not happened.
pub(super) fn moment(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok().filter(|it| *it > Timestamp::UNIX_EPOCH)
}

pub(super) fn count(seen: Option<i64>) -> u32 {
    seen.and_then(|it| it.try_into().ok()).unwrap_or_default()
}
