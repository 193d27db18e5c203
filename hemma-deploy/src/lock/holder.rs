//! Who holds the lock.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who holds the lock, from where, since when, and what for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// The operator's name on their own machine.
    pub who: String,
    /// Their machine.
    pub from: String,
    /// Since when.
    pub since: jiff::Timestamp,
    /// Which verb they typed. Not its arguments, which may hold a secret.
    pub doing: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.since.strftime("%F %T UTC");
        write!(f, "{} on {}, `{}`, since {since}", self.who, self.from, self.doing)
    }
}

/// What stands beside the lock. It is written by whoever holds it, so nothing about it is sure.
pub(super) fn read(text: &str) -> Option<Holder> {
    serde_json::from_str(text.trim()).ok()
}

/// The holder in words, known or not.
pub(crate) fn shown(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "somebody who took it this moment".to_owned(), Holder::to_string)
}
