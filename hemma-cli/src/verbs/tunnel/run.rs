//! The process that holds a tunnel open, and the command line that starts it in the background.

use std::path::PathBuf;

use hemma_core::{Command, Finding, Report};
use hemma_tunnel::daemon::{self, InstanceDir};
use hemma_tunnel::{Forward, Options};
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};

use super::{Named, place};
use crate::ids;
use crate::interrupt::Interrupts;
use crate::{Answer, Failure, Run};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    named: Named,
    /// All that it has to know: one that is started by another reads no hemma.toml of its own
    #[arg(long, hide = true, value_name = "JSON", conflicts_with = "names")]
    told: Option<String>,
}

/// The settings that `tunnel start` passes on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    seat: InstanceDir,
    ssh_config: Option<PathBuf>,
    forwards: Vec<Forward>,
}

impl Args {
    pub(super) fn is_told(&self) -> bool {
        self.told.is_some()
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let told: Told = match &self.told {
            Some(text) => serde_json::from_str(text).map_err(Failure::usage)?,
            None => Told {
                seat: place::seat(run)?,
                ssh_config: run.config().host.ssh_config.clone().map(Into::into),
                forwards: self.named.forwards(run)?,
            },
        };
        let mut options = Options::default();
        options.ssh.config_file = told.ssh_config;
        let mut interrupts = Interrupts::of_process().map_err(Failure::unknown)?;
        // The terminal from which it was started may be closed.
        let _hangups = signal(SignalKind::hangup()).map_err(Failure::unknown)?;
        let host = told.seat.host().clone();
        run.terminal().note(&format!("keeping the tunnel to {host} open; Ctrl-C ends it"));
        daemon::run(told.seat, options, told.forwards, interrupts.next()).await?;
        let subject = format!("tunnel to {host}");
        Ok(Answer::Report(Report::from_iter([Finding::pass(
            ids::TUNNEL_CLOSED,
            subject,
            "closed in order",
        )])))
    }
}

/// The arguments for the background process.
fn told(
    seat: InstanceDir,
    ssh_config: Option<PathBuf>,
    forwards: Vec<Forward>,
) -> Result<String, Failure> {
    serde_json::to_string(&Told { seat, ssh_config, forwards }).map_err(Failure::unknown)
}

/// This program as the background process.
pub(super) fn again(
    run: &Run<'_>,
    seat: &InstanceDir,
    forwards: &[Forward],
) -> Result<Command, Failure> {
    let ssh_config = run.config().host.ssh_config.clone().map(Into::into);
    let told = told(seat.clone(), ssh_config, forwards.to_vec())?;
    let program = std::env::current_exe().map_err(Failure::unknown)?;
    Ok(Command::new(program.display().to_string()).args(["tunnel", "run", "--told", &told]))
}
