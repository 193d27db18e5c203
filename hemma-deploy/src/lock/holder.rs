//! The run that holds the lock.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The run that holds the lock: the operator, the machine, the time, and the command.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// The operator's name on their own machine.
    pub who: String,
    /// The operator's machine.
    pub from: String,
    /// The time at which the lock was taken.
    pub since: jiff::Timestamp,
    /// The verb of the command. Its arguments are left out, because they may be secret.
    pub doing: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.since.strftime("%F %T UTC");
        write!(f, "{} on {}, `{}`, since {since}", self.who, self.from, self.doing)
    }
}

/// Parses the file next to the lock. The holder itself wrote it, so nothing about it is certain.
pub(super) fn read(text: &str) -> Option<Holder> {
    serde_json::from_str(text.trim()).ok()
}

/// The holder in words, known or not.
pub(crate) fn shown(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another run that took it just now".to_owned(), Holder::to_string)
}
