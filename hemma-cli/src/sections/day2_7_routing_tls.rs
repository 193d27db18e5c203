//! Day 2, step 7: each public name answers over verified TLS, and the right service answers.

use crate::{Answer, Failure, Run, Section, edge};

/// Check that HTTPS reaches the right service with the right certificate
///
/// Reads only, from this machine: the certificate of each public name and how long it lasts, what
/// answers GET behind it, and port 80. Runbook: day 2, step 7.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day2_7_routing_tls";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if run.config().public.is_empty() {
            return Ok(Answer::not_applicable(edge::NO_NAMES));
        }
        Ok(Answer::Report(edge::outside(run.world(), run.config()).await?))
    }
}
