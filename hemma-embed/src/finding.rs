//! Findings for errors of requests.

use hemma_core::{Finding, causes};

use crate::ids;
use crate::{LookError, Problem, Remedy};

/// The finding for an error: another program answers, the service fails, or its state is unknown.
///
/// A lost or refused connection does not prove that the service is down: the tunnel may be, and
/// `forward` is its name.
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
