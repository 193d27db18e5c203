//! Errors of requests as findings.

use hemma_core::{Finding, Hint, causes};

use crate::{LookError, Problem};

/// What an error says about a service: something else is there, it fails, or nobody knows.
///
/// A lost or refused connection is no proof that the service is down: the tunnel may be.
pub(crate) fn of_error(subject: String, error: &LookError) -> Finding {
    let LookError::Request(request) = error else { return Finding::unknown(subject, error) };
    match &request.problem {
        Problem::Connect { .. } | Problem::Cut { .. } => {
            Finding::unknown(subject, error).hint(Hint::Run("cargo xtask tunnel status".to_owned()))
        }
        Problem::Gone { .. } | Problem::Silent { .. } | Problem::OutOfTime { .. } => {
            Finding::unknown(subject, error)
        }
        Problem::NotHttp { .. }
        | Problem::Redirect { .. }
        | Problem::Status { .. }
        | Problem::Reply { .. }
        | Problem::ItemTooLarge { .. } => Finding::fail(subject, causes(error)),
    }
}
