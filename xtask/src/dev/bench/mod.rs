//! Measurements, always as a ratio to what people use today, in the same run.
//!
//! Never a test: a machine that is busy is no reason to fail.

mod sample;
mod status;

use crate::{Answer, Failure, Run};

/// Measure against what people use today, on the practice host
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Status(status::Args),
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        match self.what {
            What::Status(args) => Box::pin(args.run(run)).await,
        }
    }
}
