//! The meaning of an error for the operator who reads it: its class, and the next thing to try.

use std::error::Error;

use crate::{Hint, HostError};

/// The class of an error, which determines the exit code. An interruption has no class: it ends a
/// run and is not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// The state was looked at and is wrong, or a change did not do what it should: exit code 1.
    NotAsPlanned,
    /// The command line or the settings are wrong: exit code 2.
    Usage,
    /// The state could not be looked at, or the outcome of a change is not known: exit code 3.
    Unknown,
}

/// The next thing to try after an error, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// The next thing to try.
    Try(Hint),
    /// The reason why there is nothing to try, for a reader of the code.
    Nothing(&'static str),
}

/// The class and the advice of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified {
    /// The class.
    pub class: ErrorClass,
    /// The next thing to try.
    pub advice: Advice,
}

impl ErrorClass {
    /// This class, and the next thing to try.
    pub fn with(self, hint: impl Into<Hint>) -> Classified {
        Classified { class: self, advice: Advice::Try(hint.into()) }
    }

    /// This class, and the reason why there is nothing to try.
    pub fn without(self, reason: &'static str) -> Classified {
        Classified { class: self, advice: Advice::Nothing(reason) }
    }

    /// This class, and the next thing to try if there is one, or else the reason.
    pub fn with_any(self, hint: Option<Hint>, reason: &'static str) -> Classified {
        hint.map_or_else(|| self.without(reason), |it| self.with(it))
    }
}

impl Classified {
    /// Replaces the class and keeps the advice.
    #[must_use]
    pub fn as_class(self, class: ErrorClass) -> Self {
        Self { class, ..self }
    }
}

impl Advice {
    /// The next thing to try, if there is one.
    pub fn hint(self) -> Option<Hint> {
        match self {
            Self::Try(hint) => Some(hint),
            Self::Nothing(_) => None,
        }
    }
}

/// An error that an operator may read. The class has no default, and each implementation matches
/// every variant, so that the compiler asks for the class of a new one.
///
/// An error that only wraps another one returns that one's classification.
///
/// ```
/// use hemma_core::{Classified, ErrorClass, ExecError, Hint, OperatorError};
///
/// #[derive(Debug, thiserror::Error)]
/// enum PingError {
///     #[error("could not run ping")]
///     Ask(#[source] ExecError),
///     #[error("no answer came back")]
///     Silent,
/// }
///
/// impl OperatorError for PingError {
///     fn classify(&self) -> Classified {
///         match self {
///             Self::Ask(source) => source.classify(),
///             Self::Silent => ErrorClass::NotAsPlanned.with(Hint::Run("ip route".to_owned())),
///         }
///     }
/// }
/// assert!(PingError::Silent.is_known());
/// ```
pub trait OperatorError: Error {
    /// The class of the error, and the next thing to try.
    fn classify(&self) -> Classified;

    /// Lines that show the cause, e.g. the end of a failed build.
    fn evidence(&self) -> Vec<String> {
        Vec::new()
    }

    /// The class of the error.
    fn class(&self) -> ErrorClass {
        self.classify().class
    }

    /// The next thing to try, if there is one.
    fn hint(&self) -> Option<Hint> {
        self.classify().advice.hint()
    }

    /// Whether the state was looked at and is wrong, as opposed to not known.
    fn is_known(&self) -> bool {
        self.class() == ErrorClass::NotAsPlanned
    }
}

/// A host is what hints are about, so its own error cannot know them.
impl OperatorError for HostError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}

/// The operating system refused a file, a socket or a process: nothing was learned.
impl OperatorError for std::io::Error {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("the system's words are all that is known")
    }
}

/// Settings that cannot be written as TOML.
#[cfg(feature = "cassette")]
impl OperatorError for toml::ser::Error {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("no value of the operator's leads to it")
    }
}

/// A text that hemma reads is not the TOML that it should be.
#[cfg(feature = "cassette")]
impl OperatorError for toml::de::Error {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("the message names the place in the text")
    }
}

/// A text that hemma reads or writes is not the JSON that it should be.
impl OperatorError for serde_json::Error {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("the message names the place in the text")
    }
}
