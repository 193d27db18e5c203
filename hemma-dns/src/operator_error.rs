//! The meaning of this crate's errors for the operator.

use hemma_core::{Classified, ErrorClass, OperatorError};

use crate::zone::ZoneError;
use crate::{DnsNameError, LookupError};

/// The reason for giving no advice about a server that did not answer.
const OTHERS: &str = "the other servers that are asked at once say whether it is this one alone";

/// A server that gave no answer says nothing about the name.
impl OperatorError for LookupError {
    fn classify(&self) -> Classified {
        match self {
            Self::ServerFailed { .. }
            | Self::Refused { .. }
            | Self::Code { .. }
            | Self::Referred { .. }
            | Self::TimedOut { .. }
            | Self::Malformed { .. }
            | Self::Network { .. } => ErrorClass::Unknown.without(OTHERS),
            Self::NoServers { .. } => {
                ErrorClass::Unknown.without("the reason names the file of the system's resolver")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl OperatorError for ZoneError {
    fn classify(&self) -> Classified {
        match self {
            Self::Walk { source, .. } => source.classify(),
            Self::None { .. } => {
                ErrorClass::NotAsPlanned.without("only the holder of the domain can add the zone")
            }
            Self::Nowhere { .. } => ErrorClass::NotAsPlanned
                .without("only the holder of the zone can change its name servers"),
        }
    }
}

impl OperatorError for DnsNameError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}
