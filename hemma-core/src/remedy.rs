//! The remedy for a finding or an error, as a value that a program can match on.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The remedies of one crate: what it proposes to do, without naming a command. A program that has
/// commands maps each remedy to its own; the [`Display`](fmt::Display) of a remedy is plain
/// English, for a program that has none.
///
/// ```
/// use hemma_core::{Finding, FindingId, Hint, RemedySet};
/// use serde::{Deserialize, Serialize};
///
/// /// What is to be done about a printer.
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// enum Remedy {
///     AddPaper { tray: u8 },
/// }
///
/// impl std::fmt::Display for Remedy {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         let Self::AddPaper { tray } = self;
///         write!(f, "add paper to tray {tray}")
///     }
/// }
///
/// impl RemedySet for Remedy {
///     const OF: &'static str = "printer";
/// }
///
/// let empty = FindingId::new("printer.empty");
/// let finding = Finding::fail(empty, "printer", "it is out of paper");
/// let finding = finding.remedy(Remedy::AddPaper { tray: 2 });
/// let Some(Hint::Remedy(remedy)) = finding.hint else { panic!("it has a remedy") };
/// assert_eq!(remedy.get(), Some(Remedy::AddPaper { tray: 2 }));
/// assert_eq!(remedy.to_string(), "add paper to tray 2");
/// ```
pub trait RemedySet: fmt::Display + Serialize + DeserializeOwned {
    /// The name of the crate.
    const OF: &'static str;
}

/// A remedy of any crate, as findings and errors carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnyRemedy(Box<Erased>);

/// A remedy as data, so that a program without the crate can record and read an answer that carries
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Erased {
    of: String,
    remedy: serde_json::Value,
    words: String,
}

impl AnyRemedy {
    /// The remedy as its crate's type; `None` if it belongs to another crate.
    pub fn get<R: RemedySet>(&self) -> Option<R> {
        let own = (self.0.of == R::OF).then_some(&self.0.remedy)?;
        R::deserialize(own).ok()
    }
}

impl<R: RemedySet> From<R> for AnyRemedy {
    fn from(remedy: R) -> Self {
        let (of, words) = (R::OF.to_owned(), remedy.to_string());
        // A remedy that cannot be JSON is never read back; its text stays.
        let remedy = serde_json::to_value(remedy).unwrap_or_default();
        Self(Box::new(Erased { of, remedy, words }))
    }
}

impl fmt::Display for AnyRemedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.words)
    }
}

/// The remedies of the core itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Add an entry for the host to the ssh configuration, or use a host that has one.
    ConfigureHost,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConfigureHost => {
                f.write_str("add a `Host` entry to ~/.ssh/config, or use a host that has one")
            }
        }
    }
}

impl RemedySet for Remedy {
    const OF: &'static str = "hemma-core";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hint;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Other(String);

    impl fmt::Display for Other {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.0)
        }
    }

    impl RemedySet for Other {
        const OF: &'static str = "other";
    }

    #[test]
    fn a_remedy_is_read_back_as_its_own_crates() {
        let hint = Hint::from(Other("wait".to_owned()));
        let text = serde_json::to_string(&hint).expect("it is JSON");
        assert_eq!(text, r#"{"remedy":{"of":"other","remedy":"wait","words":"wait"}}"#);
        assert_eq!(serde_json::from_str::<Hint>(&text).expect("it is a hint"), hint);
        let Hint::Remedy(remedy) = hint else { panic!("it is a remedy") };
        assert_eq!(remedy.get::<Other>(), Some(Other("wait".to_owned())));
        assert_eq!(remedy.get::<Remedy>(), None);
    }

    #[test]
    fn a_hint_of_an_older_recording_is_still_read() {
        let rows = [
            (r#"{"run":"ssh hemma"}"#, Hint::Run("ssh hemma".to_owned())),
            (r#"{"do":"wait"}"#, Hint::Do("wait".to_owned())),
        ];
        for (text, hint) in rows {
            assert_eq!(serde_json::from_str::<Hint>(text).expect("it is a hint"), hint);
        }
    }
}
