//! The meaning of this crate's errors for the operator.

use hemma_core::{Classified, ErrorClass, OperatorError};

use crate::probe::Silence;
use crate::{daemon, forward, open, service};

/// The reason for giving no advice where the message says everything.
const ALLOWED: &str = "the message says what is allowed";

/// The reason for giving no advice about a tunnel's process.
const LOG: &str = "the caller chose the place of its log";

impl OperatorError for forward::Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Name { .. }
            | Self::Privileged { .. }
            | Self::NoRemotePort { .. }
            | Self::SameName { .. }
            | Self::SamePort { .. } => ErrorClass::Usage.without(ALLOWED),
        }
    }
}

impl OperatorError for open::Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Plan(source) => source.classify(),
            Self::NotOpen { .. } => ErrorClass::Unknown
                .without("the state of the forward, which is shown, has the reason"),
        }
    }
}

/// A wrong answer was seen, so the service is known to be wrong; without an answer nothing is
/// known.
impl OperatorError for Silence {
    fn classify(&self) -> Classified {
        const WHICH: &str = "the caller knows which service it is";
        match self {
            Self::Late { .. } | Self::Closed { .. } => ErrorClass::Unknown.without(WHICH),
            Self::Status { .. } | Self::Field { .. } => ErrorClass::NotAsPlanned.without(WHICH),
        }
    }
}

impl OperatorError for daemon::Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Runs { .. } | Self::Stays { .. } | Self::Died { .. } => {
                ErrorClass::NotAsPlanned.without(LOG)
            }
            Self::Forward(source) => source.classify().as_class(ErrorClass::NotAsPlanned),
            Self::InstanceDir { .. } => {
                ErrorClass::Unknown.without("the message names the directory and what is wrong")
            }
            Self::Mute { .. } | Self::Talk { .. } => ErrorClass::Unknown.without(LOG),
            Self::Spawn(source) => source.classify(),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl OperatorError for daemon::Malformed {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("only another version of hemma sends such a request")
    }
}

impl OperatorError for service::Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Relative { .. } | Self::Control { .. } => {
                ErrorClass::NotAsPlanned.without(ALLOWED)
            }
            Self::Render { .. } | Self::File { .. } | Self::Manager { .. } => {
                ErrorClass::NotAsPlanned.without("the system's own words are all that is known")
            }
            Self::Exec(source) => source.classify(),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}
