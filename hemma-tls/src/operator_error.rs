//! What the errors of this crate mean to the operator.

use hemma_core::{Classified, ErrorClass, OperatorError};

use crate::{CertificateError, GetError, HandshakeError, SiteNameError};

/// A site that could not be asked may be fine. What it presented, however bad, is an answer.
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

impl OperatorError for GetError {
    fn classify(&self) -> Classified {
        let unknown = ErrorClass::Unknown;
        match self {
            Self::NoConnection { .. } => {
                unknown.without("the look at the certificate says what is wrong with it")
            }
            Self::Handshake { source, .. } => source.classify(),
            Self::TimedOut { .. } | Self::Broken { .. } => {
                unknown.without("the look at the service behind the site says how it is")
            }
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
