//! What it means that a request brought no answer.

use std::error::Error;

use super::{Cause, Problem};

impl Problem {
    pub(super) fn sending(error: &reqwest::Error) -> Self {
        let source = Cause::new(error);
        // Where the address makes no request, there is no connection either.
        if error.is_connect() || error.is_builder() {
            return Self::Connect { source };
        }
        if speaks_no_http(error) {
            return Self::NotHttp { source };
        }
        Self::Cut { received: 0, source }
    }
}

/// reqwest says of an answer in another protocol only that sending failed. Its source is hyper's
/// error, which knows; this is all that hyper is needed for here.
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
