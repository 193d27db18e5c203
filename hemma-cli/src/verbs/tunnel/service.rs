//! The tunnel as a service of this machine.

use std::time::Duration;

use hemma_core::{Finding, PollPolicy, Report};
use hemma_tunnel::daemon::{Stop, verify};
use hemma_tunnel::service::{
    Install, Leftovers, Manager, RemoveLeftovers, Service, Uninstall, lasting_agent,
};

use super::{Named, place};
use crate::ids;
use crate::{Answer, Failure, Proposal, Proposed, Run, settings};

#[derive(Debug, clap::Args)]
pub(super) struct InstallArgs {
    /// Show the service's file, and change nothing
    #[arg(long)]
    print: bool,
}

/// The patience for a service, which starts its program, connects, and checks.
const PATIENCE: PollPolicy = PollPolicy { looks: 40, pause: Duration::from_millis(500) };

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("a service for the practice host would start at every login")]
    Lab,
}

impl InstallArgs {
    pub(super) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let service = service(run)?;
        let text = service.text()?;
        if self.print {
            return Ok(Answer::text(text));
        }
        let (seat, file) = (place::seat(run)?, service.file());
        let all = Named { names: Vec::new() }.forwards(run)?;
        let left = run.world().ask_again(&Leftovers { home: service.home.clone() }).await?;
        let same = std::fs::read_to_string(&file).is_ok_and(|it| it == text);
        let mut proposal = Proposal::default();
        if !left.is_empty() {
            let what = RemoveLeftovers { found: left.clone() };
            let why = "the old script would use the same ports";
            let step = Proposed::remove("remove", hemma_core::Change::describe(&what), why);
            proposal = proposal.step(step);
        }
        if !same {
            let what = file.display().to_string();
            let why = "the tunnel is opened at every login";
            proposal = proposal.step(Proposed::change("write", what, why));
        }
        let before = verify(run.world(), &seat, &all).await;
        run.mend(before, proposal, async |approval| {
            let (world, progress) = (run.world(), run.progress());
            if !left.is_empty() {
                let remove = RemoveLeftovers { found: left.clone() };
                world.apply(&remove, approval, &progress).await?;
            }
            // The service needs the place of the terminal's tunnel.
            let stop = Stop { seat: seat.clone(), only: Vec::new() };
            world.apply(&stop, approval, &progress).await?;
            world.apply(&Install { service: service.clone() }, approval, &progress).await?;
            let well = async |_| {
                let report = verify(world, &seat, &all).await;
                (report.verdict() == hemma_core::Verdict::Pass).then_some(report)
            };
            match PATIENCE.wait(world, well).await {
                Some(report) => Ok(report),
                None => Ok(verify(world, &seat, &all).await),
            }
        })
        .await
    }
}

pub(super) async fn uninstall(run: &Run<'_>) -> Result<Answer, Failure> {
    let service = service(run)?;
    let file = service.file();
    let mut proposal = Proposal::default();
    if file.exists() {
        let step = Proposed::remove("remove", file.display().to_string(), "asked for");
        proposal = proposal.step(step);
    }
    let subject = "tunnel at login";
    let before = Report::from_iter([Finding::pass(
        ids::TUNNEL_SERVICE_NOT_INSTALLED,
        subject,
        "not installed",
    )]);
    run.mend(before, proposal, async |approval| {
        let uninstall = Uninstall { service: service.clone() };
        run.world().apply(&uninstall, approval, &run.progress()).await?;
        Ok(Report::from_iter([Finding::pass(
            ids::TUNNEL_SERVICE_REMOVED,
            subject,
            "removed, and its tunnel is closed",
        )]))
    })
    .await
}

fn service(run: &Run<'_>) -> Result<Service, Failure> {
    if run.flags.lab {
        return Err(Failure::usage(Error::Lab));
    }
    let home = place::home()?;
    let config = settings::find(run.flags, run.here)?;
    let mut arguments = vec!["--config".to_owned(), config.display().to_string()];
    if let Some(host) = &run.flags.host {
        arguments.extend(["--host".to_owned(), host.to_string()]);
    }
    arguments.extend(["tunnel", "run"].map(str::to_owned));
    Ok(Service {
        manager: Manager::here(),
        program: std::env::current_exe().map_err(Failure::unknown)?,
        arguments,
        path: place::path(),
        agent: place::agent().as_deref().and_then(lasting_agent).map(str::to_owned),
        log: home.join(".cache/hemma/tunnel-service.log"),
        home,
    })
}
