//! Measurements, always as a ratio to what people use today, in the same run.
//!
//! They are never tests: a busy machine is not a reason to fail.

mod deploy;
mod edge;
mod embed;
mod readers;
mod sample;
mod settings;
mod status;
mod tunnel;

use hemma_cli::{Answer, Failure, Run};

/// Measure against what people use today
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Embed(embed::Args),
    Status(status::Args),
    Tunnel(tunnel::Args),
    Edge(edge::Args),
    Deploy(deploy::Args),
    Readers(readers::Args),
}

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        match self.what {
            What::Embed(args) => Box::pin(args.run(run)).await,
            What::Status(args) => Box::pin(args.run(run)).await,
            What::Tunnel(args) => Box::pin(args.run(run)).await,
            What::Edge(args) => Box::pin(args.run(run)).await,
            What::Deploy(args) => Box::pin(args.run(run)).await,
            What::Readers(args) => Ok(args.run()),
        }
    }
}
