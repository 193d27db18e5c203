//! Errors of requests as findings.

use hemma_core::{Finding, causes};

use crate::ids;
use crate::{LookError, Problem, Remedy};

/// What an error says about a service: something else is there, it fails, or nobody knows.
///
/// A lost or refused connection is no proof that the service is down: the tunnel may be, which is
/// the forward of this name.
pub(crate) fn of_error(subject: String, error: &LookError, forward: &str) -> Finding {
    let LookError::Request(request) = error else {
        return Finding::unknown(ids::RESEARCH_UNSEEN, subject, error);
    };
    match &request.problem {
        Problem::Connect { .. } => Finding::unknown(ids::RESEARCH_NO_CONNECTION, subject, error)
            .remedy(Remedy::StartForward(forward.to_owned())),
        Problem::Cut { .. } => Finding::unknown(ids::RESEARCH_CONNECTION_CUT, subject, error)
            .remedy(Remedy::ShowForward(forward.to_owned())),
        Problem::Gone { .. } | Problem::Silent { .. } | Problem::OutOfTime { .. } => {
            Finding::unknown(ids::RESEARCH_NO_ANSWER, subject, error)
        }
        Problem::NotHttp { .. }
        | Problem::Redirect { .. }
        | Problem::Status { .. }
        | Problem::Reply { .. }
        | Problem::ItemTooLarge { .. } => {
            Finding::fail(ids::RESEARCH_WRONG_ANSWER, subject, causes(error))
        }
    }
}
