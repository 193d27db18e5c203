//! The meaning of this crate's errors for the operator.

use hemma_core::{Classified, ErrorClass, OperatorError};

use crate::{CertificateError, GetError, HandshakeError, Met, SiteNameError};

/// A site that could not be asked may be fine. A bad certificate is an answer and not an error.
impl OperatorError for HandshakeError {
    fn classify(&self) -> Classified {
        let unknown = ErrorClass::Unknown;
        match self {
            Self::Unreachable { .. } => {
                unknown.without("the look at what listens on the host says why nothing answers")
            }
            Self::Roots { .. } => {
                unknown.without("the message names the file of root certificates")
            }
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

/// A site that refuses or breaks off was reached; one that sends no packet back was not.
impl OperatorError for GetError {
    fn classify(&self) -> Classified {
        const PROXY: &str = "the looks at the certificate and at the proxy say what is wrong";
        match self {
            Self::NoConnection { met: Met::Unanswered, .. } => ErrorClass::Unknown.without(PROXY),
            Self::NoConnection { .. } | Self::TimedOut { .. } | Self::Broken { .. } => {
                ErrorClass::NotAsPlanned.without(PROXY)
            }
            Self::Handshake { source, .. } => source.classify(),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl OperatorError for CertificateError {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("the caller knows the file or the site that it came from")
    }
}

impl OperatorError for SiteNameError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}
