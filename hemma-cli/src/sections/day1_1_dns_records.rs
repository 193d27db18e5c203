//! Day 1, step 1: the public names lead to the host, seen from everywhere.

use crate::{Answer, Failure, Run, Section, edge};

/// Check that the public names lead to the host
///
/// Reads only. Asks this machine's resolver, public ones and the zones' own servers at once, and
/// whether the CAA records let the certificates be issued. Runbook: day 1, step 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Section for Args {
    const SLUG: &'static str = "day1_1_dns_records";

    async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        if run.config().public.is_empty() {
            return Ok(Answer::not_applicable(edge::NO_NAMES));
        }
        Ok(Answer::Report(edge::records(run.world(), run.config()).await?))
    }
}
