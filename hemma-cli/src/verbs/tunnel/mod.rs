//! The tunnel: localhost-only services of the host, reachable from this machine.

mod named;
mod place;
mod run;
mod service;

use hemma_core::{Finding, Report};
use hemma_tunnel::daemon::{InstanceDir, Logs, Running, Start, Stop, Stopped, verify};
use hemma_tunnel::{Forward, ForwardName};

use crate::data::TunnelLogsData;
use crate::ids;
use crate::{Answer, Failure, Noun, Proposal, Proposed, Run};
use named::Named;

/// Open ports here that lead to localhost-only services of the host
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Open forwards in the background, and wait until they answer
    Start(Named),
    /// Close them, once the connections through them have ended
    Stop(Named),
    /// Close them and open them again
    Restart(Named),
    /// Check every service behind them now
    Status(Named),
    /// Show what happened to them
    Logs {
        /// How many lines, from the end
        #[arg(long, value_name = "N", default_value = "100")]
        tail: usize,
    },
    /// Keep them open in the foreground, until Ctrl-C
    Run(run::Args),
    /// Open them whenever you log in
    Install(service::InstallArgs),
    /// No longer open them when you log in
    Uninstall,
}

/// The reason for having nothing to open.
pub(crate) const NO_FORWARDS: &str = "hemma.toml names no service in [[forward]]";

/// The time that `start` waits for answers. The language tool takes 30 s for its first one.
const PATIENCE_S: u64 = 40;

impl Args {
    /// Whether `hemma.toml` is needed. A background process has its settings already.
    pub(crate) fn needs_config(&self) -> bool {
        !matches!(&self.what, What::Run(args) if args.is_told())
    }

    /// Whether the command ends by itself: a signal asks it to drain.
    pub(crate) fn ends_itself(&self) -> bool {
        matches!(self.what, What::Run(_))
    }

    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let is_about_all = match &self.what {
            What::Start(named) | What::Restart(named) | What::Status(named) => {
                named.names.is_empty()
            }
            What::Install(_) => true,
            _ => false,
        };
        if is_about_all && run.config().forward.is_empty() {
            return Ok(Answer::not_applicable(NO_FORWARDS));
        }
        match self.what {
            What::Start(named) => named.start(run).await,
            What::Stop(named) => named.stop(run).await,
            What::Restart(named) => named.restart(run).await,
            What::Status(named) => {
                let report = verify(run.world(), &place::seat(run)?, &named.forwards(run)?).await;
                Ok(Answer::Report(report))
            }
            What::Logs { tail } => {
                let logs = Logs { seat: place::seat(run)?, lines: tail };
                let lines = run.world().ask_again(&logs).await?;
                let end = if lines.is_empty() { "" } else { "\n" };
                Ok(Answer::data(lines.join("\n") + end, &TunnelLogsData { lines }))
            }
            What::Run(args) => args.run(run).await,
            What::Install(args) => args.run(run).await,
            What::Uninstall => service::uninstall(run).await,
        }
    }
}

/// Opens all forwards of hemma.toml.
pub(crate) async fn start_all(run: &Run<'_>) -> Result<Answer, Failure> {
    start_these(run, Vec::new()).await
}

/// Opens these forwards, or all if none is named.
pub(crate) async fn start_these(run: &Run<'_>, names: Vec<ForwardName>) -> Result<Answer, Failure> {
    Named { names }.start(run).await
}

impl Named {
    async fn start(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (seat, forwards) = (place::seat(run)?, self.forwards(run)?);
        run.terminal().busy("asking the services");
        let report = verify(run.world(), &seat, &forwards).await;
        let proposal = opening(run, &seat, &forwards).await?;
        if proposal.is_empty() {
            run.terminal().note("it is already running");
        }
        run.mend(report, proposal, async |approval| {
            open(run, &seat, forwards.clone(), approval).await?;
            Ok(verify(run.world(), &seat, &forwards).await)
        })
        .await
    }

    async fn stop(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let seat = place::seat(run)?;
        // An unknown name is a typing error.
        self.forwards(run)?;
        let proposal = closing(run, &seat, &self.names).await?;
        let subject = format!("tunnel to {}", seat.host());
        let before = Report::from_iter([Finding::pass(
            ids::TUNNEL_NOT_RUNNING,
            subject.clone(),
            "not running",
        )]);
        run.mend(before, proposal, async |approval| {
            let stop = Stop { seat: seat.clone(), only: self.names.clone() };
            let stopped = run.world().apply(&stop, approval, &run.progress()).await?;
            let words = match stopped {
                Stopped::Already => "it was not running",
                Stopped::Closed => "closed; its other forwards go on",
                Stopped::Gone => "stopped",
            };
            Ok(Report::from_iter([Finding::pass(ids::TUNNEL_CLOSED, subject.clone(), words)]))
        })
        .await
    }

    async fn restart(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let (seat, forwards) = (place::seat(run)?, self.forwards(run)?);
        let closed = closing(run, &seat, &self.names).await?;
        let proposal = forwards.iter().fold(closed, propose_open);
        run.mend(Report::default(), proposal, async |approval| {
            let stop = Stop { seat: seat.clone(), only: self.names.clone() };
            run.world().apply(&stop, approval, &run.progress()).await?;
            open(run, &seat, forwards.clone(), approval).await?;
            Ok(verify(run.world(), &seat, &forwards).await)
        })
        .await
    }
}

async fn open(
    run: &Run<'_>,
    seat: &InstanceDir,
    forwards: Vec<Forward>,
    approval: &hemma_core::Approval,
) -> Result<(), Failure> {
    let command = run::again(run, seat, &forwards)?;
    let start = Start { seat: seat.clone(), forwards, command, patience_s: PATIENCE_S };
    run.world().apply(&start, approval, &run.progress()).await?;
    Ok(())
}

/// A step for each forward that is not open.
async fn opening(
    run: &Run<'_>,
    seat: &InstanceDir,
    wanted: &[Forward],
) -> Result<Proposal, Failure> {
    let running = run.world().ask_again(&Running { seat: seat.clone() }).await?;
    let open = |it: &Forward| running.as_ref()?.tunnel.forward(it.name());
    let not_so = wanted.iter().filter(|it| open(it).is_none_or(|open| !open.leads_like(it)));
    Ok(not_so.fold(Proposal::default(), |proposal, it| match open(it) {
        Some(_) => propose_open(proposal.step(propose_close(it.name(), "it leads elsewhere")), it),
        None => propose_open(proposal, it),
    }))
}

fn propose_close(name: &ForwardName, why: impl Into<String>) -> Proposed {
    Proposed::remove("close", format!("forward {name}"), why).of(Noun::FORWARD, name.as_str())
}

fn propose_open(proposal: Proposal, forward: &Forward) -> Proposal {
    let (name, remote) = (forward.name(), forward.remote());
    let leads = format!("127.0.0.1:{} here is {remote} on the host", forward.local_port());
    let step = Proposed::add("open", format!("forward {name}"), leads);
    proposal.step(step.of(Noun::FORWARD, name.as_str()))
}

/// A step for each forward that is open.
async fn closing(
    run: &Run<'_>,
    seat: &InstanceDir,
    only: &[ForwardName],
) -> Result<Proposal, Failure> {
    let running = run.world().ask_again(&Running { seat: seat.clone() }).await?;
    let open = running.into_iter().flat_map(|it| it.tunnel.forwards);
    let asked = open.filter(|it| only.is_empty() || only.contains(&it.name));
    Ok(asked.fold(Proposal::default(), |proposal, it| {
        proposal.step(propose_close(&it.name, it.state.to_string()))
    }))
}
