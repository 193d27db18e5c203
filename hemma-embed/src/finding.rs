//! Errors of requests as findings.

use hemma_core::{Finding, Hint, causes};

use crate::{LookError, Problem};

/// What an error says about a service: something else is there, it fails, or nobody knows.
///
/// A lost or refused connection is no proof that the service is down: the tunnel may be, which is
/// the forward of this name.
pub(crate) fn of_error(subject: String, error: &LookError, forward: &str) -> Finding {
    let LookError::Request(request) = error else { return Finding::unknown(subject, error) };
    match &request.problem {
        Problem::Connect { .. } => Finding::unknown(subject, error)
            .hint(Hint::Run(format!("cargo xtask tunnel start {forward}"))),
        Problem::Cut { .. } => Finding::unknown(subject, error)
            .hint(Hint::Run(format!("cargo xtask tunnel status {forward}"))),
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
