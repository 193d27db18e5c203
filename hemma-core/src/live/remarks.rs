//! Remarks of a run that the operator should see once.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(feature = "ssh")]
use super::story::Story;
use crate::Host;
#[cfg(feature = "ssh")]
use crate::sudo;

/// A remark about a host that was made while a question was answered. It changed no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// The login shell prints a text before each command.
    Greeting {
        /// The host.
        host: Host,
        /// The first line of the text.
        line: String,
    },
    /// sudo prints a complaint and runs the command.
    Sudo {
        /// The host.
        host: Host,
        /// The first line of the complaint.
        line: String,
    },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Greeting { host, line } => write!(
                f,
                "the login shell of {host} prints text before each command: `{line}`; hemma skips it"
            ),
            Self::Sudo { host, line } => write!(f, "sudo on {host} says: {line}"),
        }
    }
}

/// The remarks of a run; each kind is kept once per host.
#[derive(Debug, Clone, Default)]
pub(super) struct Remarks(Arc<Mutex<Vec<Remark>>>);

#[cfg(feature = "ssh")]
impl Remarks {
    /// Adds the remarks that the story of a started command contains.
    pub(super) fn hear(&self, host: &Host, story: &Story, is_sudo: bool) {
        if let Some(line) = story.greeting() {
            self.add(Remark::Greeting { host: host.clone(), line });
        }
        if let Some(line) = story.between().lines().next().filter(|_| is_sudo) {
            self.sudo(host, line);
        }
    }

    pub(super) fn sudo(&self, host: &Host, line: &str) {
        let line = sudo::own(line).unwrap_or(line).to_owned();
        self.add(Remark::Sudo { host: host.clone(), line });
    }

    fn add(&self, remark: Remark) {
        let mut remarks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |it: &Remark| match (it, &remark) {
            (Remark::Greeting { host: a, .. }, Remark::Greeting { host: b, .. })
            | (Remark::Sudo { host: a, .. }, Remark::Sudo { host: b, .. }) => a == b,
            _ => false,
        };
        if !remarks.iter().any(known) {
            remarks.push(remark);
        }
    }
}

impl Remarks {
    pub(super) fn all(&self) -> Vec<Remark> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(all(test, feature = "ssh"))]
mod tests {
    use super::*;

    #[test]
    fn a_remark_of_sudo_is_shown_without_the_prefix_of_either_sudo() {
        let host: Host = "hemma".parse().expect("a host");
        for line in ["sudo: unable to resolve host h", "sudo-rs: unable to resolve host h"] {
            let remarks = Remarks::default();
            remarks.sudo(&host, line);
            remarks.sudo(&host, line);
            let [remark] = &remarks.all()[..] else { panic!("it is said once") };
            assert_eq!(remark.to_string(), "sudo on hemma says: unable to resolve host h");
        }
    }
}
