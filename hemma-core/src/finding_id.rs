//! The id of a finding, for programs.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Verdict;

/// The id of a finding, e.g. `network.missing`: an area, a dot, and what was found there. The id
/// stays when the words of the finding change.
///
/// Each wrong state has an id of its own, and so has each sound one. A state that could not be
/// looked at is called `AREA.unseen`, or is named after the obstacle.
/// [`finding_ids`](crate::finding_ids) declares ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingId(Cow<'static, str>);

impl FindingId {
    /// Makes an id of this text.
    pub const fn new(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the id is empty, as in recordings from before findings had ids.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An id with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingKind {
    /// The id.
    pub id: &'static str,
    /// The meaning in one sentence.
    pub meaning: &'static str,
    /// The verdicts that its findings have.
    pub verdicts: &'static [Verdict],
}

/// Declares the ids of a crate's findings as constants, and `ALL` of them with their meaning.
///
/// ```
/// mod ids {
///     hemma_core::finding_ids! {
///         /// The printer is out of paper.
///         PRINTER_EMPTY = "printer.empty", Fail;
///         /// The printer could not be asked.
///         PRINTER_UNSEEN = "printer.unseen", Fail | Unknown;
///     }
/// }
///
/// let finding = hemma_core::Finding::fail(ids::PRINTER_EMPTY, "printer", "tray 2 is empty");
/// assert_eq!(finding.id.as_str(), "printer.empty");
/// assert_eq!(ids::ALL[1].meaning, "The printer could not be asked.");
/// ```
#[macro_export]
macro_rules! finding_ids {
    ($(#[doc = $meaning:literal] $name:ident = $id:literal, $($verdict:ident)|+;)*) => {
        $(
            #[doc = $meaning]
            pub const $name: $crate::FindingId = $crate::FindingId::new($id);
        )*

        /// The declared ids, each with its meaning.
        pub const ALL: &[$crate::FindingKind] = &[$(
            $crate::FindingKind {
                id: $id,
                meaning: $meaning.trim_ascii(),
                verdicts: &[$($crate::Verdict::$verdict),+],
            },
        )*];
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Finding;

    #[test]
    fn a_finding_that_was_recorded_before_there_were_ids_is_read() {
        let text = r#"{"verdict":"pass","subject":"lock","detail":"free"}"#;
        let finding: Finding = serde_json::from_str(text).expect("it is a finding");
        assert!(finding.id.is_empty());
        assert_eq!(serde_json::to_string(&finding).expect("it is JSON"), text);
        let finding = Finding { id: FindingId::new("lock.free"), ..finding };
        let text = serde_json::to_string(&finding).expect("it is JSON");
        assert!(text.contains(r#""id":"lock.free""#), "{text}");
        assert_eq!(serde_json::from_str::<Finding>(&text).expect("it is a finding"), finding);
    }
}
