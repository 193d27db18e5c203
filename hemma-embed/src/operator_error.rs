//! The meaning of this crate's errors for the operator.

use hemma_core::{Classified, ErrorClass, OperatorError};

use crate::archive::ArchiveError;
use crate::cache::CacheError;
use crate::language_tool::CheckError;
use crate::npy::{NpyError, NpyFileError};
use crate::{
    Cause, FingerprintError, LookError, Problem, ReplyError, RequestError, RunError, ServerUrlError,
};

/// The reason for giving no advice about a service.
const WHICH: &str = "the caller knows which service it is, and which tunnel leads to it";

/// The reason for giving no advice about an answer.
const ANSWER: &str = "the message says how the answer differs from what was asked for";

impl OperatorError for RequestError {
    fn classify(&self) -> Classified {
        self.problem.classify()
    }
}

/// Without an answer nothing is known about the service; a bad answer comes from the service.
impl OperatorError for Problem {
    fn classify(&self) -> Classified {
        match self {
            Self::Connect { source } | Self::Cut { source, .. } | Self::Gone { source, .. } => {
                source.classify()
            }
            Self::Silent { .. } | Self::OutOfTime { .. } => ErrorClass::Unknown.without(WHICH),
            Self::NotHttp { .. } | Self::Redirect { .. } | Self::Status { .. } => {
                ErrorClass::NotAsPlanned.without(WHICH)
            }
            Self::Reply { source } => source.classify(),
            Self::ItemTooLarge { .. } => {
                ErrorClass::NotAsPlanned.without("the message has the size and the limit")
            }
        }
    }
}

impl OperatorError for Cause {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without(WHICH)
    }
}

impl OperatorError for ReplyError {
    fn classify(&self) -> Classified {
        match self {
            Self::Matrix { source } => source.classify(),
            Self::Archive { source } => source.classify(),
            Self::Model { .. } | Self::NotJson { .. } | Self::TooLong { .. } => {
                ErrorClass::NotAsPlanned.without(ANSWER)
            }
        }
    }
}

impl OperatorError for ArchiveError {
    fn classify(&self) -> Classified {
        match self {
            Self::Matrix { source, .. } => source.classify(),
            Self::NotZip { .. }
            | Self::Overlap
            | Self::Stranger { .. }
            | Self::Missing { .. }
            | Self::Damaged { .. }
            | Self::Meta { .. }
            | Self::Model { .. } => ErrorClass::NotAsPlanned.without(ANSWER),
        }
    }
}

impl OperatorError for NpyError {
    fn classify(&self) -> Classified {
        match self {
            Self::NotNpy { .. }
            | Self::Version { .. }
            | Self::HeaderTooLong { .. }
            | Self::Header { .. }
            | Self::Dtype { .. }
            | Self::FortranOrder
            | Self::Shape { .. }
            | Self::Truncated { .. }
            | Self::ExtraBytes { .. }
            | Self::NotFinite { .. } => ErrorClass::NotAsPlanned.without(ANSWER),
        }
    }
}

impl OperatorError for NpyFileError {
    fn classify(&self) -> Classified {
        ErrorClass::NotAsPlanned.without("the message names the file, the system's words the cause")
    }
}

impl OperatorError for CacheError {
    fn classify(&self) -> Classified {
        ErrorClass::Unknown.without("the message names the file and what the system says of it")
    }
}

impl OperatorError for LookError {
    fn classify(&self) -> Classified {
        match self {
            Self::Request(source) => source.classify(),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl OperatorError for CheckError {
    fn classify(&self) -> Classified {
        match self {
            Self::Length { .. } => {
                ErrorClass::Usage.without("the message has the length and the limit")
            }
            Self::Look(source) => source.classify(),
        }
    }
}

/// A run that has begun and stops is not as planned, for any reason; a run that never reaches its
/// server has learned nothing.
impl OperatorError for RunError {
    fn classify(&self) -> Classified {
        let wrong = |it: Classified| it.as_class(ErrorClass::NotAsPlanned);
        match self {
            Self::FingerprintChanged { .. } => {
                ErrorClass::NotAsPlanned.without("the same run again goes on from the cache")
            }
            Self::Unreachable { source } => source.classify().as_class(ErrorClass::Unknown),
            Self::Limits { source } => source.classify(),
            Self::Hopeless { source, .. }
            | Self::OtherModel { source }
            | Self::Gaps { source, .. } => wrong(source.classify()),
            Self::Cache { source } => wrong(source.classify()),
        }
    }
}

impl OperatorError for FingerprintError {
    fn classify(&self) -> Classified {
        ErrorClass::NotAsPlanned.without(ANSWER)
    }
}

impl OperatorError for ServerUrlError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}
