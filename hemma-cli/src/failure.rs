//! A failure: why a run ended without an answer, and its exit code.

use std::error::Error;

use hemma_core::{Classified, ErrorClass, Hint, OperatorError};

use crate::Exit;

type Link = dyn Error + 'static;

/// An error on its way to the operator: with its causes, an exit code, and the next thing to try.
///
/// An [`OperatorError`] becomes one with `?`: its class is the exit code. Any other error needs one of
/// the constructors, which name the class.
#[derive(Debug)]
pub struct Failure {
    source: Box<dyn Error + Send + Sync>,
    exit: Exit,
    evidence: Vec<String>,
    hint: Option<Hint>,
}

#[derive(Debug, thiserror::Error)]
#[error("hemma's own standard output could not be written to its end")]
struct Unwritten(#[source] std::io::Error);

impl Failure {
    /// The command line or the configuration is wrong.
    pub fn usage(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: source.into(), exit: Exit::Usage, evidence: Vec::new(), hint: None }
    }

    /// The state could not be looked at.
    pub fn unknown(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit: Exit::Unknown, ..Self::usage(source) }
    }

    /// Standard output could not be written.
    pub(crate) fn unwritten(source: std::io::Error) -> Self {
        let hint = "check the file or disk of this machine that standard output goes to; the \
                    changes were made, and `cargo xtask status` shows the state";
        let failure = Self { exit: Exit::Unwritten, ..Self::usage(Unwritten(source)) };
        failure.hint(Hint::Do(hint.to_owned()))
    }

    /// The state is wrong, or a change failed.
    pub fn known(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit: Exit::NotAsPlanned, ..Self::usage(source) }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: Hint) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The error, then each cause.
    pub fn chain(&self) -> impl Iterator<Item = &Link> {
        links(&*self.source)
    }

    /// Lines that show the cause, e.g. the end of a failed build.
    pub fn evidence(&self) -> &[String] {
        &self.evidence
    }

    /// The hint.
    pub fn advice(&self) -> Option<&Hint> {
        self.hint.as_ref()
    }
}

impl From<ErrorClass> for Exit {
    fn from(class: ErrorClass) -> Self {
        match class {
            ErrorClass::NotAsPlanned => Self::NotAsPlanned,
            ErrorClass::Usage => Self::Usage,
            ErrorClass::Unknown => Self::Unknown,
        }
    }
}

impl<E: OperatorError + Send + Sync + 'static> From<E> for Failure {
    fn from(source: E) -> Self {
        let Classified { class, advice } = source.classify();
        let (evidence, hint) = (source.evidence(), advice.hint());
        Self { source: Box::new(source), exit: class.into(), evidence, hint }
    }
}

fn links(error: &Link) -> impl Iterator<Item = &Link> {
    std::iter::successors(Some(error), |it| Error::source(*it))
}

#[cfg(test)]
mod tests {
    use hemma_core::{ConnectError, ExecError, Host};
    use hemma_deploy::lock::{HistoryError, LockError};
    use hemma_tunnel::daemon;

    use super::*;

    fn host() -> Host {
        "hemma".parse().expect("an alias")
    }

    fn unreachable() -> ExecError {
        let source = ConnectError::Refused { said: "no".to_owned() };
        ExecError::Connect { host: host(), source }
    }

    #[test]
    fn what_could_not_be_looked_at_is_never_wrong() {
        let said = || "no".to_owned();
        let rows: [(Failure, Exit); 10] = [
            (HistoryError::Ask { host: host(), source: unreachable() }.into(), Exit::Unknown),
            (HistoryError::Failed { host: host(), said: said() }.into(), Exit::Unknown),
            (LockError::Ask { host: host(), source: unreachable() }.into(), Exit::Unknown),
            (LockError::NoAnswer { host: host(), said: said() }.into(), Exit::Unknown),
            (LockError::Refused { host: host(), said: said() }.into(), Exit::NotAsPlanned),
            (LockError::Journal { host: host(), said: said() }.into(), Exit::NotAsPlanned),
            (unreachable().into(), Exit::Unknown),
            (daemon::Error::Mute { host: host() }.into(), Exit::Unknown),
            (daemon::Error::Stays { host: host() }.into(), Exit::NotAsPlanned),
            (std::io::Error::other("no").into(), Exit::Unknown),
        ];
        for (failure, exit) in rows {
            assert_eq!(failure.exit(), exit, "{failure:?}");
        }
    }

    #[test]
    fn a_failure_has_the_advice_of_the_error_behind_it() {
        let failure = Failure::from(HistoryError::Ask { host: host(), source: unreachable() });
        assert_eq!(failure.advice().cloned(), unreachable().hint());
        assert!(failure.advice().is_some());
    }
}
