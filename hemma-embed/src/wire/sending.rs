//! The problem behind a request without an answer.

use std::error::Error;

use super::{Cause, Problem};

impl Problem {
    pub(super) fn sending(error: &reqwest::Error) -> Self {
        let source = Cause::new(error);
        // An address that gives no valid request gives no connection either.
        if error.is_connect() || error.is_builder() {
            return Self::Connect { source };
        }
        if speaks_no_http(error) {
            return Self::NotHttp { source };
        }
        Self::Cut { received: 0, source }
    }
}

/// Whether the answer is not HTTP. reqwest only reports that sending failed; its source, an error
/// of hyper, tells the reason. Hyper is only needed for this.
fn speaks_no_http(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(source) = next {
        if source.downcast_ref().is_some_and(hyper::Error::is_parse) {
            return true;
        }
        next = source.source();
    }
    false
}
